import Crypto
import Foundation
import Intake

/// The one stylesheet of all pages, served from an address that changes with its content.
package enum Style {
    package static let text = ground + frame + fields + parts + paper

    /// First 8 bytes of the SHA-256 in hexadecimal: a changed sheet has a new address, so it may be cached for ever.
    static let digest = Asset.digest(text)

    /// Colours, type and what every element starts from. Contrast is at least 4.5:1 for text and 3:1 for borders of
    /// controls and focus rings (WCAG 2.2, 1.4.3 and 1.4.11) in both schemes.
    static let ground = """
        :root {
          color-scheme: light dark;
          --ground: #f2f5f9; --card: #fff; --ink: #16202c; --soft: #526070; --line: #d5dce4; --edge: #75828f;
          --accent: #0a5ab0; --accent-deep: #07478c; --on-accent: #fff; --tint: #e7f0fb; --band: #0b4a8f; --on-band: #fff;
          --alarm: #b3261e; --alarm-tint: #fdefed; --on-mark: #fdefed; --good: #1b7a43; --shadow: 0 1px 2px #16202c14;
          --round: 14px; --gap: 1.5rem;
        }
        @media (prefers-color-scheme: dark) {
          :root {
            --ground: #0f141a; --card: #19212a; --ink: #e9eef4; --soft: #a9b5c2; --line: #313c48; --edge: #8592a0;
            --accent: #85bdf7; --accent-deep: #a9d1fa; --on-accent: #08203a; --tint: #1a3048; --band: #14273d;
            --on-band: #f1f6fb; --alarm: #ff9a90; --alarm-tint: #361b1b; --on-mark: #361b1b; --good: #62d093;
            --shadow: none;
          }
        }
        *, ::before, ::after { box-sizing: border-box; }
        html { font-size: 106.25%; -webkit-text-size-adjust: 100%; text-size-adjust: 100%; scroll-padding-top: 1rem; }
        body {
          margin: 0; min-height: 100vh; min-height: 100dvh; display: flex; flex-direction: column;
          background: var(--ground); color: var(--ink); line-height: 1.65; overflow-wrap: anywhere;
          font-family: system-ui, -apple-system, "PingFang SC", "HarmonyOS Sans SC", "MiSans", "Microsoft YaHei UI",
            "Microsoft YaHei", "Noto Sans SC", "Noto Sans CJK SC", "Source Han Sans SC", "WenQuanYi Micro Hei", sans-serif;
        }
        h1, h2, p, ul, ol, dl, dd, fieldset { margin: 0; padding: 0; }
        h1 { font-size: clamp(1.55rem, 1.2rem + 1.8vw, 2.1rem); line-height: 1.3; font-weight: 700; text-wrap: balance; }
        h2 { font-size: 1.25rem; line-height: 1.4; font-weight: 700; }
        ul, ol { list-style: none; }
        fieldset { border: 0; min-width: 0; }
        a { color: var(--accent); text-underline-offset: .2em; }
        a:hover { color: var(--accent-deep); }
        b { font-weight: 650; }
        svg.icon { flex: none; vertical-align: -.2em; }
        [hidden] { display: none !important; }
        :focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; border-radius: 6px; }
        /* Focused by the page, not by the reader. */
        main:focus, .flaws:focus, .urgent:focus { outline: none; }
        .lead { font-size: 1.06rem; color: var(--soft); margin-top: .6rem; text-wrap: pretty; }
        .hint { color: var(--soft); font-size: .92rem; line-height: 1.55; font-weight: 400; }
        .code { font-family: ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, "Noto Sans Mono", monospace; }

        """

    /// The band on top, the column, the foot.
    static let frame = """
        .wide { width: 100%; max-width: 62rem; margin: 0 auto; padding: 0 1rem; }
        .narrow { width: 100%; max-width: 43rem; margin: 0 auto; padding: 0 1rem; }
        main { flex: 1; padding: 1.75rem 0 3rem; }
        .skip { position: absolute; left: 1rem; top: -6rem; z-index: 2; padding: .6rem 1rem; background: var(--card); }
        .skip:focus { top: .5rem; }
        .top { background: var(--band); color: var(--on-band); }
        .top .wide { display: flex; flex-wrap: wrap; align-items: center; justify-content: space-between; column-gap: 1.5rem; }
        .top a, .top button { color: inherit; text-decoration: none; min-height: 48px; display: inline-flex; align-items: center; }
        .top :focus-visible { outline-color: var(--on-band); outline-offset: -3px; }
        .brand { gap: .6rem; font-weight: 700; font-size: 1.06rem; --on-accent: var(--band); }
        .top nav { display: flex; align-items: center; gap: 1.25rem; margin-left: auto; }
        .top nav a { border-bottom: 3px solid transparent; border-top: 3px solid transparent; }
        .top nav a:hover, .top nav [aria-current] { border-bottom-color: currentColor; }
        .tongue { font: inherit; background: none; border: 0; padding: 0 .25rem; cursor: pointer; }
        .top button.tongue:hover { text-decoration: underline; text-underline-offset: .3em; }
        .first, .apart { position: absolute; width: 1px; height: 1px; margin: -1px; padding: 0; border: 0; overflow: hidden;
          clip-path: inset(50%); white-space: nowrap; }
        .bottom { border-top: 1px solid var(--line); color: var(--soft); font-size: .92rem; padding: 1.25rem 0 2rem; }
        .bottom .wide { display: flex; flex-wrap: wrap; gap: .25rem 2rem; justify-content: space-between; align-items: center; }
        .bottom a { display: inline-flex; align-items: center; min-height: 44px; }
        .card { background: var(--card); border: 1px solid var(--line); border-radius: var(--round); box-shadow: var(--shadow);
          padding: 1.35rem 1.1rem; margin-top: var(--gap); }
        .narrow > .card:first-child { margin-top: 0; }
        @media (min-width: 40rem) {
          main { padding-top: 2.75rem; }
          .card { padding: 1.75rem 2rem; }
        }
        @media (max-width: 30rem) {
          .top .wide { padding-top: .35rem; }
          .brand { font-size: 1rem; min-height: 44px !important; }
          .top nav { margin-left: 0; width: 100%; gap: 1.5rem; }
          .top nav .tongue { margin-left: auto; }
        }
        """
}

/// What is served as it stands in the program.
enum Asset {
    static func digest(_ text: String) -> String { SHA256.hash(data: Data(text.utf8)).prefix(8).hex }
}
