extension Style {
    /// Labels, controls and what is said beside them. Everything to be touched is at least 44 px high (WCAG 2.2, 2.5.5).
    static let fields = """
        .field { margin-top: 1.6rem; }
        .card > h2 + .field { margin-top: 1.1rem; }
        .card > input[type=hidden]:first-child + .field { margin-top: 0; }
        .card + .hint { margin-top: 1rem; }
        label, legend { font-weight: 650; padding: 0; }
        legend { display: block; width: 100%; }
        .field > label { display: block; }
        .field > .hint, fieldset > .hint { margin: .1rem 0 .5rem; }
        .optional { font-weight: 400; font-size: .88rem; color: var(--soft); }
        input, select, textarea, button { font: inherit; color: inherit; }
        input:not([type=radio], [type=checkbox], [type=hidden]), select, textarea {
          display: block; width: 100%; min-height: 48px; padding: .6rem .8rem; margin-top: .35rem; border: 1px solid var(--edge);
          border-radius: 10px; background: var(--card); }
        textarea { min-height: 9.5rem; resize: vertical; line-height: 1.6; }
        select { text-overflow: ellipsis; }
        option, optgroup { background: var(--card); color: var(--ink); }
        input:focus-visible, select:focus-visible, textarea:focus-visible { outline-offset: 0; border-radius: 10px; }
        ::placeholder { color: var(--soft); opacity: 1; }
        input[type=file] { padding: .9rem; border: 2px dashed var(--edge); background: none; cursor: pointer; }
        input[type=file]:hover { border-color: var(--accent); }
        ::file-selector-button { font: inherit; font-weight: 650; min-height: 44px; padding: 0 1.1rem; margin-right: 1rem;
          border: 0; border-radius: 8px; background: var(--tint); color: var(--accent-deep); cursor: pointer; }
        input[type=radio], input[type=checkbox] { width: 1.35rem; height: 1.35rem; margin: 0; accent-color: var(--accent); }
        .tick { display: grid; grid-template-columns: 1.35rem 1fr; column-gap: .8rem; align-items: center; }
        .tick > label { padding: .62rem 0; cursor: pointer; }
        .tick > .hint { grid-column: 2; margin: -.45rem 0 .4rem; }
        .tick > .problem { grid-column: 1 / -1; }
        .choices { margin-top: .5rem; border: 1px solid var(--line); border-radius: 10px; }
        .choices > li { padding: .3rem .9rem; }
        .choices > li + li { border-top: 1px solid var(--line); }
        .choices > li:has(:checked) { background: var(--tint); }
        .choices > li:first-child { border-radius: 10px 10px 0 0; }
        .choices > li:last-child { border-radius: 0 0 10px 10px; }
        .chips { display: flex; flex-wrap: wrap; gap: .55rem; margin-top: .5rem; }
        .chips li { position: relative; }
        .chips input { position: absolute; inset: 0; width: 100%; height: 100%; opacity: 0; cursor: pointer; }
        .chips label { display: inline-flex; align-items: center; min-height: 44px; padding: 0 1.05rem; font-weight: 500;
          border: 1px solid var(--edge); border-radius: 22px; background: var(--card); }
        .chips input:hover + label { border-color: var(--accent); }
        .chips input:checked + label { background: var(--accent); border-color: var(--accent); color: var(--on-accent);
          font-weight: 650; }
        .chips input:focus-visible + label { outline: 3px solid var(--accent); outline-offset: 2px; }
        .levels { display: grid; gap: .9rem; margin: .5rem 0 .9rem; }
        .level label { font-weight: 400; font-size: .92rem; color: var(--soft); }
        .pair { display: grid; column-gap: 1.2rem; align-items: end; }
        @media (min-width: 40rem) {
          .pair { grid-template-columns: 1fr 1fr; }
          .levels { grid-template-columns: repeat(auto-fit, minmax(11rem, 1fr)); }
        }
        .flawed { border-left: 4px solid var(--alarm); padding-left: .9rem; }
        .flawed :is(input, select, textarea)[aria-invalid] { border: 2px solid var(--alarm); }
        .problem { color: var(--alarm); font-weight: 650; margin: .2rem 0 .3rem; }

        """

    /// Buttons, notices, the receipt and the history.
    static let parts = """
        .button { display: inline-flex; align-items: center; justify-content: center; gap: .5rem; min-height: 52px;
          padding: .5rem 1.9rem; border: 1px solid transparent; border-radius: 12px; background: var(--accent);
          color: var(--on-accent); font-weight: 650; font-size: 1.06rem; text-decoration: none; cursor: pointer; }
        .button:hover { background: var(--accent-deep); color: var(--on-accent); }
        .button:focus-visible { border-radius: 12px; }
        .button.plain { background: none; border-color: var(--accent); color: var(--accent); min-height: 46px;
          font-size: 1rem; padding: .3rem 1.2rem; }
        .button.plain:hover { background: var(--tint); color: var(--accent-deep); }
        form.card .button { margin-top: 1.6rem; }
        .actions { display: flex; flex-wrap: wrap; gap: .8rem; margin-top: 1.75rem; }
        .actions .button { min-height: 52px; }
        .end { margin-top: 2rem; }
        .end .button { width: 100%; margin: 1.2rem 0 .7rem; min-height: 56px; font-size: 1.15rem; }
        @media (min-width: 40rem) { .end .button { width: auto; min-width: 15rem; } }
        .urgent { margin-top: 1.4rem; padding: .9rem 1.1rem 1rem; border-radius: var(--round); background: var(--alarm-tint); }
        .urgent :is(h2, h3) { margin: 0; display: flex; gap: .6rem; align-items: center; font-size: 1.02rem; }
        .urgent :is(h2, h3) .icon { color: var(--alarm); }
        .urgent.loud { border: 3px solid var(--alarm); margin: 0 0 1.75rem; padding: 1.3rem; }
        .urgent.loud :is(h2, h3) { font-size: 1.35rem; line-height: 1.4; color: var(--alarm); align-items: start; }
        .urgent.loud :is(h2, h3) .icon { margin-top: .25rem; }
        .urgent.loud p { margin-top: .5rem; }
        .card .urgent.loud { margin: 1.6rem 0 0; }
        .numbers { display: grid; grid-template-columns: repeat(auto-fit, minmax(5.2rem, 1fr)); gap: .6rem;
          margin-top: .7rem; }
        .numbers a { display: flex; align-items: center; justify-content: center; align-content: center; flex-wrap: wrap;
          gap: .1rem .4rem; height: 100%; min-height: 48px; padding: .35rem .15rem; overflow-wrap: normal; border-radius: 10px; border: 1px solid var(--alarm); color: var(--alarm);
          background: var(--card); text-decoration: none; line-height: 1.25; }
        .numbers a:hover { background: var(--alarm); color: var(--card); }
        .numbers .icon { display: none; }
        .numbers b { font-size: 1.2rem; }
        .loud .numbers a { min-height: 68px; background: var(--alarm); color: var(--card); font-size: .95rem; }
        .loud .numbers b { font-size: 1.6rem; }
        @media (max-width: 30rem) { :lang(en) .numbers a { flex-direction: column; font-size: .9rem; } }
        @media (min-width: 40rem) { .numbers .icon { display: inline; } }
        .flaws { border: 3px solid var(--alarm); border-radius: var(--round); background: var(--card); padding: 1.1rem 1.3rem;
          margin-bottom: 1.75rem; }
        .flaws ul { margin: .5rem 0; }
        .flaws li { padding-left: 1.1rem; position: relative; }
        .flaws li::before { content: ""; position: absolute; left: 0; top: .72em; width: .4rem; height: .4rem;
          border-radius: 50%; background: var(--alarm); }
        .flaws a, .flaws li { color: var(--alarm); font-weight: 650; }
        .flaws a { display: inline-block; padding: .3rem 0; }
        .flaws p:not(:only-child) { color: var(--soft); font-size: .92rem; }
        .kept { margin-top: .3rem; }
        .kept li { display: flex; justify-content: space-between; align-items: center; gap: 0 1rem;
          border-top: 1px solid var(--line); padding: .15rem 0; }
        .kept .file { padding: .4rem 0; min-width: 0; }
        .kept .hint, .kept .tick { white-space: nowrap; flex: none; }
        .kept b { margin-right: .4rem; }
        .kept .tick label { font-weight: 400; }
        .receipt .done { display: flex; align-items: center; gap: 1rem; }
        .receipt .done + .lead { margin-top: .9rem; }
        .pass { display: grid; gap: .8rem; margin: 1.3rem 0 1rem; }
        .pass li { background: var(--tint); border-radius: 12px; padding: .9rem 1.1rem 1rem; }
        .pass .hint, .pass b { display: block; }
        .pass b { font-size: clamp(1.25rem, 1rem + 1.6vw, 1.6rem); font-weight: 700; line-height: 1.35; letter-spacing: .02em;
          user-select: all; -webkit-user-select: all; }
        @media (min-width: 40rem) { .pass { grid-template-columns: 1fr 1fr; } }
        .steps { counter-reset: step; margin-top: 1.1rem; }
        .steps li { counter-increment: step; position: relative; padding: 0 0 1.4rem 3rem; min-height: 4rem; }
        .steps li:last-child { padding-bottom: 0; min-height: 0; }
        .steps li::before { content: counter(step); position: absolute; left: 0; top: -.15rem; width: 2rem; height: 2rem;
          border-radius: 50%; background: var(--tint); color: var(--accent-deep); font-weight: 700; display: grid;
          place-items: center; }
        .steps li:not(:last-child)::after { content: ""; position: absolute; left: calc(1rem - 1px); top: 2.1rem; bottom: .35rem;
          border-left: 2px solid var(--line); }
        .steps b, .steps .hint { display: block; }
        .state { border-left: 6px solid var(--accent); }
        .state.ended { border-left-color: var(--soft); }
        .state h1 { margin-bottom: .3rem; }
        .state h1 .hint { display: block; }
        .history { margin-top: 1.1rem; }
        .history li { position: relative; padding: 0 0 1.2rem 1.75rem; }
        .history li:last-child { padding-bottom: 0; }
        .history li::before { content: ""; position: absolute; left: .1rem; top: .5rem; width: .75rem; height: .75rem;
          border-radius: 50%; background: var(--card); border: 3px solid var(--edge); }
        .history li:first-child::before { background: var(--accent); border-color: var(--accent); }
        .history li:not(:last-child)::after { content: ""; position: absolute; left: calc(.475rem - 1px); top: 1.45rem;
          bottom: -.3rem; border-left: 2px solid var(--line); }
        .history .said p:first-child { background: var(--tint); border-radius: 10px; padding: .7rem .9rem; margin-bottom: .25rem; }
        .facts { margin-top: .6rem; display: grid; grid-template-columns: 7.5rem 1fr; }
        :lang(zh) .facts { grid-template-columns: 5rem 1fr; }
        .facts > * { padding: .65rem 0; }
        .facts > * ~ dt, .facts dd ~ dd { border-top: 1px solid var(--line); }
        .facts dt { color: var(--soft); }
        .facts dd { padding-left: .6rem; }

        """

    /// On paper: black on white whatever the screen shows, without what can only be pressed; the receipt on one page.
    static let paper = """
        @media print {
          :root { --ground: #fff; --card: #fff; --ink: #000; --soft: #333; --line: #888; --edge: #000; --accent: #000;
            --accent-deep: #000; --on-accent: #fff; --tint: #fff; --band: #fff; --on-band: #000; --alarm: #000;
            --alarm-tint: #fff; --on-mark: #fff; --good: #000; --shadow: none; }
          html { font-size: 11pt; }
          .top nav, .actions, .skip, .bottom p + p { display: none; }
          .top { border-bottom: 2pt solid #000; }
          main { padding: 1rem 0; }
          .card { break-inside: avoid; margin-top: 1rem; padding: 1rem 1.2rem; }
          .pass li, .steps li::before { border: 1pt solid #000; }
          .numbers a { border: 1pt solid #000 !important; background: #fff !important; color: #000 !important; }
        }

        """
}
