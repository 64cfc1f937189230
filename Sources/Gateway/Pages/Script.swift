/// What the form can do only in the browser: add its position, and list smaller areas without asking for the page
/// again. Everything works without it.
package enum Script {
    static let digest = Asset.digest(text)

    /// The Geolocation API gives WGS-84 (W3C Geolocation, 3.3); it exists only in secure contexts.
    package static let text = """
        "use strict";
        (() => {
          const form = document.getElementById("report");
          if (!form) return;

          const locate = document.getElementById("locate");
          const say = text => { document.getElementById("located").textContent = text; };
          if (locate && window.isSecureContext && navigator.geolocation) {
            locate.hidden = false;
            locate.addEventListener("click", () => {
              say(locate.dataset.busy);
              navigator.geolocation.getCurrentPosition(position => {
                const { latitude, longitude, accuracy } = position.coords;
                form.elements.latitude.value = latitude.toFixed(6);
                form.elements.longitude.value = longitude.toFixed(6);
                if (form.elements.unplaced) form.elements.unplaced.checked = false;
                say(locate.dataset.kept + " ±" + Math.round(accuracy) + " m");
              }, () => say(locate.dataset.failed), { enableHighAccuracy: true, timeout: 20000, maximumAge: 60000 });
            });
          }

          const levels = ["district", "street", "community"].map(id => document.getElementById(id));
          if (levels.some(level => !level)) return;
          document.getElementById("more-areas").hidden = true;
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
                const answer = await fetch("/areas/" + encodeURIComponent(code));
                const areas = answer.ok ? await answer.json() : [];
                if (select.value === code) fill(levels[level + 1], areas);
              } catch {
                document.getElementById("more-areas").hidden = false;
              }
            });
          });
        })();

        """
}
