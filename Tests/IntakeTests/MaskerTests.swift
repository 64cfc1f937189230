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
        ])
    func hidden(_ secret: String) {
        let masked = Masker.mask("请联系\(secret)，谢谢")
        #expect(!masked.contains(secret))
        #expect(masked.hasPrefix("请联系〔") && masked.hasSuffix("〕，谢谢"), "\(masked)")
    }

    @Test(
        "leaves alone what is no identity",
        arguments: [
            "20261121-000042", "2026年11月21日", "路灯杆号 12345", "二十三号楼三单元", "12345", "110", "20261121", "第101路公交",
            "面积 1500 平方米", "2026-11-21", "https://example.gov.cn/a", "@所有人",
        ])
    func kept(_ text: String) { #expect(Masker.mask(text) == text) }

    @Test("hides every one of several numbers, also side by side")
    func several() {
        let masked = Masker.mask("13800138000、13900139000和a@b.cn,c@d.cn")
        #expect(!masked.contains("138") && !masked.contains("139") && !masked.contains("@"))
    }
}
