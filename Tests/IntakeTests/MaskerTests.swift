import Intake
import Testing

@Suite("Text that leaves us")
struct MaskerTests {
    @Test(
        "hides telephone, card, plate and mail, however they are written",
        arguments: [
            "13800138000", "138 0013 8000", "138-0013-8000", "+86 13800138000", "０１０－１２３４５６７８", "010-12345678",
            "0571-8765432", "87654321", "幺三八零零幺三八零零零", "11010519491231002X", "110105194912310021",
            "6222021234567890123", "京A12345", "粤B·D12345", "user@example.com", "first.last+tag@mail.gov.cn",
            "138 - 0013 - 8000", "138  0013  8000", "138\u{A0}0013\u{A0}8000", "138/0013/8000", "138_0013_8000",
            "138、0013、8000", "138，0013，8000", "138·0013·8000", "138~0013~8000", "138(0013)8000", "138（0013）8000",
            "138\u{2011}0013\u{2011}8000", "138\u{2212}0013\u{2212}8000", "138\n0013\n8000", "138\r\n0013\r\n8000",
            "138\u{200B}0013\u{200B}8000", "1\u{FEFF}3\u{2060}8\u{AD}0013\u{202E}8000", "138, 0013, 8000",
            "1️⃣3️⃣8️⃣0️⃣0️⃣1️⃣3️⃣8️⃣0️⃣0️⃣0️⃣", "①③⑧⓪⓪①③⑧⓪⓪⓪", "𝟏𝟑𝟖𝟎𝟎𝟏𝟑𝟖𝟎𝟎𝟎", "壹叁捌零零壹叁捌零零零", "一三八○○一三八○○○",
            "一三八，一二三四，五六七八", "一三八。嗯，一二三四，嗯，五六七八", "一，三，八，零，零，一，三，八，零，零，零",
            "零五七一，八七六五，四三二一", "六二二二，零二一二，三四五六，七八九零",
            "+65 9123 4567", "+852 9123-4567", "+1 (415) 555-2671", "＋６５９１２３４５６７", "(010)62345678", "6234-5678",
            "2345678", "23456789", "6234 5678", "1380013800", "110105 19491231 0021", "6228/4804/0256/4890/018",
            "浙Ａ12345", "京 A12345", "京A1234警", "粤Z1234港", "粤B1234学", "京Ａ·１２３４５", "沪a 12345", "苏A12345挂",
            "a @ b.cn", "a＠b.cn", "a\u{200B}b@c.cn",
        ])
    func hidden(_ secret: String) {
        let masked = Masker.mask("请联系\(secret)，谢谢")
        let start = secret.hasPrefix("(010)") ? "请联系(〔" : "请联系〔"
        #expect(!masked.contains(secret))
        #expect(masked.hasPrefix(start) && masked.hasSuffix("〕，谢谢"), "\(masked)")
        #expect(!masked.unicodeScalars.contains { $0.properties.numericType == .decimal }, "\(masked)")
        #expect(Masker.mask(masked) == masked)
    }

    @Test(
        "hides a number also where nothing says that it is one",
        arguments: [
            "6234-5678", "138/0013/8000", "0571、8765、4321", "+65 9123 4567", "一三八，一二三四，五六七八", "2026-11-21 13800138000",
            "2026-11-21，13800138000", "20261121-000042 13800138000", "3号楼 12 13800138000", "121.4737，138.00138000",
            "1、2、3、4、5、13800138000", "5 138 1234 5678", "编号 12345\n13800138000",
        ])
    func alone(_ text: String) {
        let masked = Masker.mask("前日路灯坏了 \(text)")
        #expect(
            !masked.contains("8000") && !masked.contains("5678") && !masked.contains("4321") && !masked.contains("五六"))
        #expect(masked.contains("〔电话〕") || masked.contains("〔号码〕"), "\(masked)")
    }

    @Test(
        "leaves alone what is no identity",
        arguments: [
            "20261121-000042", "2026年11月21日", "路灯杆号 12345", "二十三号楼三单元", "12345", "110", "20261121", "第101路公交",
            "面积 1500 平方米", "2026-11-21", "https://example.gov.cn/a", "@所有人", "2026-11-21 08:30:15",
            "2026-11-21 至 2026-11-25", "2026.11.21-2026.11.25", "2026/11/21～2026/11/25", "2025-2026年",
            "08:30、09:30、10:30",
            "13:30、14:30、9:30", "1500、2000、3000元", "12345678 元", "100000-200000 元", "3000-5000元", "1,234,567.89",
            "31.230416, 121.473701", "39.90923456,116.39742812", "(31.2304166, 121.4737012)", "101、102、103、104路公交",
            "1、3、5、7、9、11、13、15、17号楼", "1 3 5 7 9 11 13 15 17号楼", "1、2、3、4、5、6、7、8、9、10、11号楼", "3201-3305室",
            "0301、0302、0303室", "杆号 1234567", "路灯编号 6234-5678", "请联系路灯所，杆号 1234567", "IMG_20261121_083015.jpg",
            "20261121083015.mp4", "city.light.2026", "GB 50016-2014", "工单20261121-000042和20261122-000043", "一二三四五六七八九十",
            "周一、二、三、四、五", "二〇二六年十一月", "京东大厦A座1203", "新区 B2 层", "user@localhost", "我在@ 现场", "110105", "电话 12345、110、119",
        ])
    func kept(_ text: String) { #expect(Masker.mask(text) == text) }

    @Test("hides every one of several numbers, also side by side")
    func several() {
        let masked = Masker.mask("13800138000、13900139000和a@b.cn,c@d.cn")
        #expect(!masked.contains("138") && !masked.contains("139") && !masked.contains("@"))
        let phone = "13800138000"
        for joint in ["", " ", "  ", " - ", "、", "\n", "，"] {
            for count in 1...9 {
                let masked = Masker.mask(Array(repeating: phone, count: count).joined(separator: joint))
                #expect(!masked.contains { $0.isNumber }, "\(count) joined by \(joint): \(masked)")
            }
        }
    }

    @Test("says what it hid")
    func words() {
        #expect(Masker.mask("找张三@b.cn问") == "〔邮箱〕问" || Masker.mask("找张三@b.cn问").hasSuffix("〔邮箱〕问"))
        #expect(!Masker.mask("写信到张三@b.cn").contains("张三"))
        #expect(Masker.mask("身份证110105 1949 1231 002X，卡6228480402564890018") == "身份证〔证件号〕，卡〔号码〕")
        #expect(Masker.mask("电话62345678或62345679") == "电话〔电话〕或〔电话〕")
    }

    @Test("hides the names it is told, and no others")
    func names() {
        #expect(Masker.mask("我是王芳，叫王 芳女士，王女士", names: ["王芳"]) == "我是〔姓名〕，叫〔姓名〕女士，王女士")
        #expect(Masker.mask("Li Na here, Lina and LI NA", names: ["Li Na"]) == "〔姓名〕 here, 〔姓名〕 and 〔姓名〕")
        #expect(Masker.mask("Annabel and Anna", names: ["Anna"]) == "Annabel and 〔姓名〕")
        #expect(Masker.mask("市民热线 王", names: ["市民", "王", ""]) == "市民热线 王")
        #expect(Masker.mask("王芳13800138000@qq.com", names: ["王芳"]) == "〔姓名〕〔邮箱〕")
    }

    @Test("is cut after it is masked, and never within a mask word")
    func cut() {
        let text = String(repeating: "灯", count: 30) + "13800138000，" + String(repeating: "坏", count: 30)
        for count in 2...70 {
            let cut = Masker.mask(text, cutTo: count)
            #expect(cut.count <= count && !cut.contains { $0.isNumber })
            #expect(cut.contains("〔") == cut.contains("〕"), "\(cut)")
        }
        #expect(Masker.mask("短", cutTo: 5) == "短")
        #expect(Masker.cut("〔请看这里很长很长", to: 4) == "〔请看…")
    }

    @Test(
        "takes time that grows with its length only", .timeLimit(.minutes(1)),
        arguments: [
            "1 ", "12345678 ", "1、", "1 2 3 4 5 6 7 8 9 ", "9999、", "@", "a@", "a.", "京A", "一，", "+", "+1",
            "2026-11-21 ", "王",
            "王 ", "0571、", "电话1234567a", "\u{200B}", "1\u{200B}",
        ])
    func linear(_ piece: String) {
        let text = String(repeating: piece, count: 100_000 / piece.unicodeScalars.count)
        #expect(Masker.mask(text, names: [String(repeating: "王", count: 500), "王芳"]).isEmpty == false)
    }
}
