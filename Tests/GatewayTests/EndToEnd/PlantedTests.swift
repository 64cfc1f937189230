import Foundation
import Intake
import Servers
import Storage
import Testing

@testable import Gateway

@Suite("The search for what the tests plant") struct PlantedTests {
    @Test("finds it in text, in binary files, in folders, and in any column of a database")
    func finds() async throws {
        #expect(try Planted.found(in: "called from 13800138000 today") == ["13800138000"])
        #expect(try Planted.found(in: "nothing").isEmpty)
        try await withFolder { folder in
            try Data([0, 1, 2] + Array("王小明".utf8) + [0]).write(to: URL(filePath: folder + "/binary"))
            try Data("nothing".utf8).write(to: URL(filePath: folder + "/other"))
            #expect(try Planted.found(at: [folder, folder + "/missing"]).count == 1)
            #expect(try Planted.found(at: [folder + "/other"]).isEmpty)
        }
        try await withPostgres { conninfo in
            let store = try await PostgresStore(conninfo: conninfo, connections: 1)
            #expect(try Planted.found(inDatabase: conninfo).isEmpty)
            try await store.note(
                NewAccess(
                    at: .wall, actor: "operator:王小明", ticket: nil,
                    sealed: Sealed(Data(repeating: 0, count: 40) + Data("13800138000".utf8)), digest: Data()),
                keys: Keys(master: Data(repeating: 7, count: 32)))
            #expect(try Planted.found(inDatabase: conninfo) == ["accesses: 13800138000", "accesses: 王小明"])
            await store.close()
        }
    }
}
