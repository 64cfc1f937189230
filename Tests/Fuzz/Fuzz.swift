import Glibc

/// `Fuzz READER [arguments of libFuzzer]`: throws bytes at one reader until a law breaks, it traps, takes too long or too
/// much memory. Without a name of a reader it prints those there are.
@main
enum Fuzz {
    /// Chosen before the first input.
    fileprivate static let reader = CommandLine.arguments.dropFirst().first.flatMap { Reader.named($0) }

    static func main() {
        guard reader != nil else {
            for reader in Reader.all { unsafe puts(reader.name) }
            exit(CommandLine.arguments.count > 1 ? EXIT_FAILURE : EXIT_SUCCESS)
        }
        // libFuzzer gets what is left when the name is taken out.
        var count = CommandLine.argc - 1
        var arguments = unsafe CommandLine.unsafeArgv + 1
        exit(unsafe drive(&count, &arguments, one))
    }
}

/// One input; libFuzzer's library asks for it by this name (compiler-rt, FuzzerInterface.h).
@_cdecl("LLVMFuzzerTestOneInput")
func one(_ bytes: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
    Fuzz.reader?.read(unsafe Array(UnsafeBufferPointer(start: bytes, count: size)))
    return 0
}

/// libFuzzer's own loop.
@_silgen_name("LLVMFuzzerRunDriver")
private func drive(
    _ count: UnsafeMutablePointer<CInt>,
    _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
    _ one: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt

/// What must hold whatever the bytes are; ends the process, and so the hunt, where it does not.
func law(_ holds: Bool, _ text: String) {
    guard !holds else { return }
    let line = Array("law broken: \(text)\n".utf8)
    unsafe _ = write(2, line, line.count)
    abort()
}
