/* Drawing a rectangle or a shape, and playing through time. */
(function () {
  "use strict";

  const atlas = window.atlas, { element, words } = atlas;

  const icons = {
    box: "M3 5h12v8H3z", shape: "M4 13 3 6l6-3 6 4-2 7z", clear: "M4 4l10 10M14 4 4 14",
  };

  function icon(path) {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    for (const [key, value] of Object.entries({ width: 18, height: 18, fill: "none", stroke: "currentColor", "stroke-width": 1.6, "stroke-linejoin": "round", "aria-hidden": "true" })) svg.setAttribute(key, value);
    svg.appendChild(document.createElementNS(svg.namespaceURI, "path")).setAttribute("d", path);
    return svg;
  }

  /* --- drawing -------------------------------------------------------------------------------------------------------- */

  /* One drawing at a time. Tells st_folium as leaflet.draw would: `draw:created` with the layer, `draw:deleted`. */
  atlas.Draw = L.Control.extend({
    options: { position: "topleft" },

    onAdd: function (map) {
      const bar = element("div", "atlas-card atlas-tools");
      this.buttons = {};
      for (const [kind, key] of [["box", "drawBox"], ["shape", "drawShape"], ["clear", "drawClear"]]) {
        const button = (this.buttons[kind] = bar.appendChild(element("button")));
        button.type = "button";
        button.dataset.key = key;
        button.append(icon(icons[kind]));
        button.onclick = () => (kind === "clear" ? this.clear() : this.start(kind));
      }
      L.DomEvent.disableClickPropagation(bar);
      this.drawn = L.featureGroup().addTo(map);
      map.on("atlas:look", () => this.relabel());
      document.addEventListener("keydown", (event) => event.key === "Escape" && this.stop());
      this.relabel();
      return bar;
    },

    relabel: function () {
      for (const button of Object.values(this.buttons)) {
        const text = words(button.dataset.key);
        button.title = text;
        button.setAttribute("aria-label", text);
      }
      this.buttons.clear.hidden = !this.drawn.getLayers().length;
    },

    style: function () {
      return { color: atlas.themes[this._map.atlas.theme].accent, weight: 2, fillOpacity: 0.06, dashArray: "6 4", interactive: false };
    },

    /* Shows a ring that already filters (a reopened link), without telling anybody. */
    show: function (ring) {
      const key = JSON.stringify(ring || null);
      if (key === this.shown) return;
      this.shown = key;
      if (this.kind) return;
      this.drawn.clearLayers();
      if (ring) this.drawn.addLayer(L.polygon(ring.map(([lon, lat]) => [lat, lon]), this.style()));
      this.relabel();
    },

    start: function (kind) {
      if (this.kind === kind) return this.stop();
      this.stop();
      const map = this._map;
      this.kind = kind;
      this.corners = [];
      map.atlas.drawing = true;
      map.dragging.disable();
      map.doubleClickZoom.disable();
      map.getContainer().classList.add("atlas-drawing");
      this.buttons[kind].setAttribute("aria-pressed", "true");
      this.hint = words(kind === "box" ? "drawBoxHint" : "drawShapeHint");
      map.atlas.notice.hint(this.hint);
      this.events = {
        pointerdown: (event) => this.down(event), pointermove: (event) => this.move(event), pointerup: (event) => this.up(event),
      };
      for (const name of Object.keys(this.events)) map.getContainer().addEventListener(name, this.events[name]);
    },

    stop: function () {
      if (!this.kind) return;
      const map = this._map, box = map.getContainer();
      for (const name of Object.keys(this.events)) box.removeEventListener(name, this.events[name]);
      this.buttons[this.kind].removeAttribute("aria-pressed");
      this.kind = null;
      if (this.rubber) this.rubber.remove();
      this.rubber = null;
      map.dragging.enable();
      map.doubleClickZoom.enable();
      box.classList.remove("atlas-drawing");
      map.atlas.notice.hint("");
      setTimeout(() => (map.atlas.drawing = false), 50);
    },

    at: function (event) {
      return this._map.mouseEventToContainerPoint(event);
    },

    onMap: (event) => !event.target.closest(".leaflet-control"),

    down: function (event) {
      if (!this.onMap(event)) return;
      this.pressed = this.at(event);
      if (this.kind === "box" && !this.corners.length) this.corners = [this._map.containerPointToLatLng(this.pressed)];
    },

    move: function (event) {
      if (!this.corners.length) return;
      const here = this._map.containerPointToLatLng(this.at(event));
      const line = this.kind === "box" ? this.box(this.corners[0], here) : [...this.corners, here];
      if (!this.rubber) this.rubber = L.polygon(line, this.style()).addTo(this._map);
      this.rubber.setLatLngs(line);
    },

    up: function (event) {
      if (!this.pressed || !this.onMap(event)) return;
      const here = this.at(event), moved = here.distanceTo(this.pressed) > 6, spot = this._map.containerPointToLatLng(here);
      this.pressed = null;
      if (this.kind === "box") {
        const first = this._map.latLngToContainerPoint(this.corners[0]);
        if (moved || first.distanceTo(here) > 6) this.finish(this.box(this.corners[0], spot));
        return;
      }
      const first = this.corners.length > 2 && this._map.latLngToContainerPoint(this.corners[0]);
      const last = this.corners.length > 2 && this._map.latLngToContainerPoint(this.corners.at(-1));
      if (first && (first.distanceTo(here) < 12 || last.distanceTo(here) < 4)) return this.finish(this.corners);
      this.corners.push(spot);
    },

    box: (a, b) => [[a.lat, a.lng], [a.lat, b.lng], [b.lat, b.lng], [b.lat, a.lng]],

    finish: function (line) {
      const kind = this.kind, layer = L.polygon(line, this.style());
      this.stop();
      this.drawn.clearLayers();
      this.drawn.addLayer(layer);
      this.relabel();
      this._map.fire("draw:created", { layer, layerType: kind === "box" ? "rectangle" : "polygon" });
    },

    clear: function () {
      this.stop();
      this.drawn.clearLayers();
      this.relabel();
      this._map.fire("draw:deleted", { layers: this.drawn });
    },
  });

  /* --- playing through time --------------------------------------------------------------------------------------------- */

  const STEP = 700; // milliseconds a step takes at speed 1

  class Player {
    constructor(engine) {
      this.engine = engine;
      this.at = 0;
      this.speed = 1;
      this.running = false;
      this.add = false;
      this.edges = this.data = this.asking = this.target = null;
      this.pages = [];
    }

    /* A new view: its symbols are shown once their counts at the present step are here. */
    take(data, show) {
      this.ask(data, this.at, (page) => {
        this.data = data;
        this.pages = [page];
        this.at = Math.min(this.at, Math.max(this.bins - 1, 0));
        show();
        this.tell();
        this.fetchAhead();
      });
    }

    /* Asks for the page of steps that holds `at`; it is kept as running sums, so that any run of steps is a subtraction. */
    ask(data, at, use) {
      const { z, x0, y0, x1, y1 } = data.query;
      this.asking = at;
      this.engine.steps.ask(this.engine.url("steps", { z, x0, y0, x1, y1, at }), ({ edges, first, before, counts }) => {
        this.asking = null;
        Object.assign(this, { edges, bins: edges.length - 1 });
        const sums = [before];
        for (const step of counts) sums.push(step.map((n, i) => n + sums.at(-1)[i]));
        use({ first, last: first + counts.length, sums });
      });
    }

    page(at) {
      return this.pages.find((page) => page.first <= at && at < page.last);
    }

    /* Has the page at hand that the reader wants, and the one after it. */
    fetchAhead() {
      const here = this.page(this.at), wanted = this.target !== null ? this.target : here ? here.last : this.at, { data } = this;
      if (!data || this.asking !== null || wanted >= this.bins || this.page(wanted)) return;
      this.ask(data, wanted, (page) => {
        if (this.data !== data) return;
        this.pages = [...this.pages.filter((old) => !old.first || old === here || old.last === page.first), page];
        if (this.target !== null) this.go(this.target);
        this.fetchAhead();
      });
    }

    between(i, at) {
      const page = this.page(at);
      if (!page) return 0;
      const k = at - page.first + 1;
      return page.sums[k][i] - (this.add ? 0 : page.sums[k - 1][i]);
    }
    count(i) {
      return this.between(i, this.at);
    }
    total() {
      return this.data ? this.data.n.reduce((sum, _, i) => sum + this.count(i), 0) : 0;
    }

    /* Between two steps a symbol grows or shrinks; its number is always that of the step. */
    eased(i) {
      const share = Math.min(this.phase * 3, 1), now = this.count(i);
      const before = this.at && !this.page(this.at - 1) ? now : this.between(i, this.at - 1);
      return before + (now - before) * (share * (2 - share));
    }

    run(running) {
      this.running = running;
      if (running && this.at >= this.bins - 1) this.go(0);
      this.last = performance.now();
      this.phase = running ? 0 : 1;
      if (running) requestAnimationFrame((now) => this.frame(now));
      this.tell();
      this.engine.sheet.repaint();
    }

    frame(now) {
      if (!this.running || this.engine.playing !== this) return;
      this.phase += ((now - this.last) / STEP) * this.speed;
      this.last = now;
      if (this.phase >= 1 && this.data) this.step();
      if (!this.running) return;
      if (!this.engine.map._animatingZoom) this.engine.sheet.paint();
      requestAnimationFrame((next) => this.frame(next));
    }

    /* On to the next step; where its counts are not here yet, the present one stays. */
    step() {
      if (this.at >= this.bins - 1) return this.run(false);
      if (!this.page(this.at + 1)) return this.fetchAhead();
      this.at += 1;
      this.phase = Math.min(this.phase - 1, 0.5);
      this.fetchAhead();
      this.tell();
    }

    /* To any step; the present one stays on the map until its counts are here. */
    go(at) {
      this.target = this.data && !this.page(at) ? at : null;
      if (this.target !== null) {
        this.asking = null; // what was asked for is not what the reader wants now
        return this.fetchAhead();
      }
      this.at = at;
      this.phase = 1;
      this.tell();
      this.engine.sheet.repaint();
    }

    when() {
      if (!this.edges || this.bins < 1) return words("noDate");
      const language = this.engine.map.atlas.language, options = { timeZone: "UTC", day: "numeric", month: "short", year: "numeric" };
      const from = new Date(this.edges[this.add ? 0 : this.at]), to = new Date(Date.parse(this.edges[this.at + 1]) - 86400000);
      const format = new Intl.DateTimeFormat(language, options);
      return from >= to ? format.format(to) : format.formatRange(from, to);
    }

    tell() {
      if (this.told) this.told();
    }
  }

  atlas.PlayerBar = L.Control.extend({
    options: { position: "bottomright" },

    onAdd: function (map) {
      this._box = element("div", "atlas-card atlas-player");
      L.DomEvent.disableClickPropagation(this._box);
      L.DomEvent.disableScrollPropagation(this._box);
      map.on("atlas:look", () => this.show());
      this.show();
      return this._box;
    },

    engine: function () {
      return this._map && this._map.atlas.engine;
    },

    show: function () {
      const engine = this.engine();
      this._box.hidden = !engine || !engine.options || engine.options.mode !== "incidents";
      if (this._box.hidden) return;
      if (!engine.playing) {
        const button = this.button("▶ " + words("timeline"), () => this.begin());
        this._box.replaceChildren(button);
      } else if (this._language !== this._map.atlas.language) this.fill(engine.playing);
    },

    button: function (text, act, label) {
      const button = element("button", "", text);
      button.type = "button";
      if (label) {
        button.setAttribute("aria-label", label);
        button.title = label;
      }
      button.onclick = act;
      return button;
    },

    begin: function () {
      const engine = this.engine(), player = (engine.playing = new Player(engine));
      player.phase = 1;
      this.fill(player);
      engine.wanted = null;
      engine.look();
      player.run(true);
      this._box.querySelector("button").focus();
    },

    end: function () {
      const engine = this.engine();
      engine.stopPlaying();
      engine.wanted = null;
      engine.look();
      engine.sheet.repaint();
      this.show();
    },

    fill: function (player) {
      this._language = this._map.atlas.language;
      const run = this.button("", () => player.run(!player.running));
      const slider = element("input"), date = element("output");
      slider.type = "range";
      slider.min = 0;
      slider.setAttribute("aria-label", words("timeline"));
      slider.oninput = () => player.go(Number(slider.value));
      const speed = this.button("", () => {
        player.speed = player.speed >= 8 ? 0.5 : player.speed * 2;
        player.tell();
      }, words("speed"));
      const add = this.button("Σ", () => {
        player.add = !player.add;
        player.go(player.at);
      }, words("upTo"));
      const end = this.button("×", () => this.end(), words("stopPlaying"));
      this._box.replaceChildren(run, slider, speed, add, end, date);
      player.told = () => {
        run.textContent = player.running ? "❚❚" : "▶";
        run.setAttribute("aria-label", words(player.running ? "pause" : "play"));
        slider.max = Math.max((player.bins || 1) - 1, 0);
        slider.value = player.target === null ? player.at : player.target;
        slider.setAttribute("aria-valuetext", player.when());
        speed.textContent = player.speed + "×";
        add.setAttribute("aria-pressed", player.add);
        date.textContent = player.when() + " · " + player.total().toLocaleString(this._map.atlas.language);
      };
      player.tell();
    },
  });
})();
