extension ReportPage {
  /// Buffers, and the state that every picture and table shares.
  static let dataScript = #"""
    const byId = id => document.getElementById(id);
    const facts = JSON.parse(byId('facts').textContent);
    const grid = facts.grid;
    const still = location.hash === '#still'
      || matchMedia('(prefers-reduced-motion: reduce)').matches;

    // A buffer of the page: base64 of gzip.
    async function bufferNamed(name) {
      const element = byId('data-' + name);
      if (!element) return new Uint8Array(0);
      const text = atob(element.textContent.trim());
      element.remove();
      const packed = new Uint8Array(text.length);
      for (let i = 0; i < text.length; i++) packed[i] = text.charCodeAt(i);
      const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream('gzip'));
      return new Uint8Array(await new Response(stream).arrayBuffer());
    }

    const state = {
      place: grid ? grid.size.map(n => n >> 1) : [0, 0, 0],
      selected: 0, thickness: 3, contrast: 1.2, fill: 0.35, outlines: true, cuts: false,
    };
    const buffers = {};
    const watchers = [];
    let scheduled = false;

    // Pictures are drawn at most once a frame, however often the state changes.
    function changed() {
      if (scheduled) return;
      scheduled = true;
      requestAnimationFrame(() => { scheduled = false; for (const watch of watchers) watch(); });
    }

    function select(label, { scroll = false, jump = false } = {}) {
      state.selected = label === state.selected && !scroll ? 0 : label;
      if (jump && state.selected) goTo(state.selected);
      markRow(scroll);
      changed();
    }

    const colourOf = label => facts.colours[label] || [140, 140, 140];
    const cssColour = (label, alpha = 1) => `rgb(${colourOf(label).join(' ')} / ${alpha})`;
    const theme = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

    async function loadBuffers() {
      for (const name of ['density', 'labels', 'provenance', 'meshes']) {
        buffers[name] = await bufferNamed(name);
      }
      buffers.labels = new Uint16Array(buffers.labels.buffer);
      const { vertices, triangles } = facts.meshes;
      const raw = buffers.meshes.buffer;
      buffers.positions = new Uint16Array(raw, 0, 4 * vertices);
      buffers.attributes = new Uint8Array(raw, 8 * vertices, 4 * vertices);
      buffers.indices = new Uint32Array(raw, 12 * vertices, 3 * triangles);
    }

    // The middle of a membrane's voxels along each axis: its sections there show it well.
    const middles = new Map();
    function findMiddles() {
      if (!grid || !grid.hasLabels) return;
      const [nx, ny, nz] = grid.size;
      const counts = new Map();
      for (let z = 0, at = 0; z < nz; z++) for (let y = 0; y < ny; y++) for (let x = 0; x < nx; x++) {
        const label = buffers.labels[at++];
        if (!label) continue;
        let count = counts.get(label);
        if (!count) counts.set(label, count = grid.size.map(n => new Uint32Array(n)));
        count[0][x]++; count[1][y]++; count[2][z]++;
      }
      for (const [label, count] of counts) middles.set(label, count.map(median));
    }

    // Index at which half of the counted is reached.
    function median(counts) {
      const half = counts.reduce((sum, n) => sum + n, 0) / 2;
      let seen = 0;
      return counts.findIndex(n => half <= (seen += n));
    }

    function goTo(label) {
      const middle = middles.get(label);
      if (middle) setPlace(middle);
    }

    function setPlace(place) {
      state.place = place.map((v, axis) => Math.min(Math.max(Math.round(v), 0), grid.size[axis] - 1));
      for (const [axis, name] of ['x', 'y', 'z'].entries()) {
        byId('slider-' + name).value = state.place[axis];
        const nm = (grid.origin[axis] + state.place[axis] * grid.voxel[axis]) / 10;
        byId('value-' + name).textContent = `${nm.toFixed(1)} nm`;
      }
      changed();
    }

    """#
}
