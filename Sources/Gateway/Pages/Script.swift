/// What the form can do only in the browser: add its position, list smaller areas without asking for the page again, and
/// warn while somebody types. Everything works without it.
package enum Script {
    static let digest = Asset.digest(text)

    package static let text = opening + position + areas + danger + sending + "})();\n"

    private static let opening = """
        "use strict";
        (() => {
          const form = document.getElementById("report");
          if (!form) return;

        """

    /// The Geolocation API gives WGS-84 (W3C Geolocation, 3.3); it exists only in secure contexts. Once a position is
    /// added the same button takes it away.
    private static let position = """
          const locate = document.getElementById("locate");
          if (locate && window.isSecureContext && navigator.geolocation) {
            const { latitude, longitude, unplaced } = form.elements;
            const add = locate.textContent;
            const place = (position, words) => {
              latitude.value = position ? position.latitude.toFixed(6) : "";
              longitude.value = position ? position.longitude.toFixed(6) : "";
              locate.textContent = position ? locate.dataset.remove : add;
              document.getElementById("located").textContent = words;
            };
            if (latitude.value) {
              place({ latitude: Number(latitude.value), longitude: Number(longitude.value) }, locate.dataset.kept);
              if (unplaced) unplaced.parentElement.remove();
            }
            locate.hidden = false;
            locate.addEventListener("click", () => {
              if (latitude.value) return place(null, "");
              place(null, locate.dataset.busy);
              navigator.geolocation.getCurrentPosition(
                ({ coords }) => place(coords, locate.dataset.kept + " ±" + Math.round(coords.accuracy) + " m"),
                () => place(null, locate.dataset.failed),
                { enableHighAccuracy: true, timeout: 20000, maximumAge: 60000 });
            });
          }

        """

    private static let areas = """
          const levels = ["district", "street", "community"].map(id => document.getElementById(id));
          if (levels.every(level => level)) {
            const more = document.getElementById("more-areas");
            const within = document.getElementById("areas").dataset.within;
            more.hidden = true;
            const fill = (select, areas) => {
              while (select.options.length > 1) select.remove(1);
              for (const area of areas) select.add(new Option(area.name, area.code));
              select.parentElement.hidden = areas.length === 0;
            };
            levels.slice(0, 2).forEach((select, level) => {
              select.addEventListener("change", async () => {
                const code = select.value;
                levels.slice(level + 1).forEach(lower => fill(lower, []));
                if (!code) return;
                try {
                  const answer = await fetch(within + encodeURIComponent(code) + "?lang=" + form.elements.lang.value);
                  if (!answer.ok) throw answer.status;
                  const areas = await answer.json();
                  if (select.value === code) fill(levels[level + 1], areas);
                } catch {
                  more.hidden = false;
                }
              });
            });
          }

        """

    /// Only a first look, on the safe side: what counts is what the server finds in the report.
    private static let danger = """
          const danger = document.getElementById("danger");
          if (danger) {
            const text = form.elements.text;
            const phrases = list => list.split(" ").filter(phrase => phrase);
            const harmless = phrases(danger.dataset.harmless);
            const notices = [...danger.querySelectorAll("[data-words]")];
            const look = () => {
              let said = text.value.toLowerCase().replace(/\\s+/g, "");
              for (const phrase of harmless) said = said.replaceAll(phrase, " ");
              for (const notice of notices) {
                notice.hidden = !phrases(notice.dataset.words).some(word => said.includes(word));
              }
              const safe = notices.every(notice => notice.hidden);
              if (safe === danger.hidden) return;
              danger.hidden = safe;
              if (!safe) danger.scrollIntoView({ block: "nearest" });
            };
            text.addEventListener("input", look);
            window.addEventListener("pageshow", look);
          }

        """

    private static let sending = """
          const sending = document.getElementById("sending");
          const hint = sending.textContent;
          form.addEventListener("submit", () => { sending.textContent = sending.dataset.busy; });
          window.addEventListener("pageshow", () => { sending.textContent = hint; });

        """
}
