extension ReportPage {
  /// Outlines of labels, cuts through surfaces, and how sections are steered.
  static let contourScript = #"""
    // Box and size of each label of a section, borders included.
    function regionsOf(view, labels) {
      const width = grid.size[view.across], height = grid.size[view.up];
      const regions = new Map();
      for (let j = 0, at = 0; j < height; j++) for (let i = 0; i < width; i++) {
        const label = labels[at++];
        if (!label) continue;
        const r = regions.get(label);
        if (!r) regions.set(label, { label, count: 1, left: i, right: i, low: j, high: j });
        else {
          r.count++;
          r.left = Math.min(r.left, i); r.right = Math.max(r.right, i); r.high = j;
        }
      }
      return regions.values();
    }

    // Indicator of a label, blurred by 1 2 1 both ways, on its box grown by two voxels: outlines
    // through it are smooth, and stay where they are.
    function softMask(view, labels, r) {
      const width = grid.size[view.across], height = grid.size[view.up];
      const w = r.right - r.left + 5, h = r.high - r.low + 5;
      const raw = new Float32Array(w * h), soft = new Float32Array(w * h);
      for (let j = r.low; j <= r.high; j++) for (let i = r.left; i <= r.right; i++) {
        if (labels[j * width + i] === r.label) raw[(j - r.low + 2) * w + i - r.left + 2] = 1;
      }
      for (let j = 1; j < h - 1; j++) for (let i = 1; i < w - 1; i++) {
        let sum = 0;
        for (let dj = -1; dj <= 1; dj++) {
          const at = (j + dj) * w + i;
          sum += (2 - Math.abs(dj)) * (raw[at - 1] + 2 * raw[at] + raw[at + 1]);
        }
        soft[j * w + i] = sum / 16;
      }
      return { soft, w, h };
    }

    // Marching squares: calls line(x1, y1, x2, y2) in voxels of the box.
    function march({ soft, w, h }, level, line) {
      const cut = (a, b) => (level - a) / (b - a);
      for (let j = 0; j < h - 1; j++) for (let i = 0; i < w - 1; i++) {
        const at = j * w + i;
        const a = soft[at], b = soft[at + 1], c = soft[at + w + 1], d = soft[at + w];
        const ends = [];
        if (a < level !== b < level) ends.push([i + cut(a, b), j]);
        if (b < level !== c < level) ends.push([i + 1, j + cut(b, c)]);
        if (d < level !== c < level) ends.push([i + cut(d, c), j + 1]);
        if (a < level !== d < level) ends.push([i, j + cut(a, d)]);
        for (let k = 0; k + 1 < ends.length; k += 2) line(...ends[k], ...ends[k + 1]);
      }
    }

    function drawRegion(view, labels, known, region, ratio) {
      const { context } = view, width = grid.size[view.across];
      const path = new Path2D();
      const kindAt = (x, y) => {
        for (const [dx, dy] of [[0, 0], [1, 0], [-1, 0], [0, 1], [0, -1]]) {
          const i = Math.min(Math.max(Math.round(x) + dx, region.left), region.right);
          const j = Math.min(Math.max(Math.round(y) + dy, region.low), region.high);
          const at = j * width + i;
          if (labels[at] === region.label) return known[at];
        }
        return 1;
      };
      march(softMask(view, labels, region), 0.45, (x1, y1, x2, y2) => {
        const left = region.left - 2, low = region.low - 2;
        const kind = known ? kindAt(left + x1, low + y1) : 1;
        // Dashes by place, not by length along the line: the pieces come in no order.
        if (kind === 3 && Math.floor((x1 + y1) / 3) % 2) return;
        if (kind === 2 && Math.floor(x1 + y1) % 2) return;
        path.moveTo(pixelX(view, left + x1), pixelY(view, low + y1));
        path.lineTo(pixelX(view, left + x2), pixelY(view, low + y2));
      });
      strokeOutline(context, path, region.label, ratio);
      if (view.name === 'xy') drawNumber(view, labels, region, ratio);
    }

    function strokeOutline(context, path, label, ratio) {
      const chosen = label === state.selected, faint = state.selected && !chosen;
      context.lineCap = context.lineJoin = 'round';
      context.strokeStyle = `rgb(0 0 0 / ${faint ? 0.15 : 0.5})`;
      context.lineWidth = (chosen ? 5 : 3.4) * ratio;
      context.stroke(path);
      context.strokeStyle = cssColour(label, faint ? 0.35 : 1);
      context.lineWidth = (chosen ? 3.2 : 1.7) * ratio;
      context.stroke(path);
    }

    // The number stands on the labelled voxel that is highest up: outside most outlines' clutter.
    function drawNumber(view, labels, r, ratio) {
      if (r.count < 12) return;
      const width = grid.size[view.across];
      let at = r.left, best = Infinity;
      for (let i = r.left; i <= r.right; i++) {
        if (labels[r.high * width + i] !== r.label) continue;
        const off = Math.abs(i - (r.left + r.right) / 2);
        if (off < best) { best = off; at = i; }
      }
      const y = Math.max(pixelY(view, r.high) - 5 * ratio, 13 * ratio);
      const light = colourOf(r.label).map(v => Math.round(v * 0.55 + 115));
      writeText(view.context, r.label, pixelX(view, at), y, ratio, `rgb(${light.join(' ')})`,
        'rgb(0 0 0 / 0.85)', 'center');
    }

    // Where the fitted surfaces cross the section.
    function drawCuts(view, ratio) {
      const { lower, edge, parts } = facts.meshes, { positions, indices } = buffers;
      const n = view.through, step = edge / 65535;
      const level = (grid.origin[n] + state.place[n] * grid.voxel[n] - lower[n]) / step;
      const voxel = (axis, value) => (lower[axis] + value * step - grid.origin[axis]) / grid.voxel[axis];
      for (const part of parts) {
        const path = new Path2D(), end = part.firstIndex + part.indexCount;
        for (let t = part.firstIndex; t < end; t += 3) {
          const points = [];
          for (let k = 0; k < 3; k++) {
            const a = 4 * indices[t + k], b = 4 * indices[t + (k + 1) % 3];
            const da = positions[a + n] - level, db = positions[b + n] - level;
            if (da < 0 === db < 0) continue;
            const share = da / (da - db);
            const at = axis => voxel(axis, positions[a + axis] * (1 - share) + positions[b + axis] * share);
            points.push([pixelX(view, at(view.across)), pixelY(view, at(view.up))]);
          }
          if (points.length === 2) { path.moveTo(...points[0]); path.lineTo(...points[1]); }
        }
        strokeOutline(view.context, path, part.label, ratio);
      }
    }

    function placeFromPointer(view, event) {
      const box = view.canvas.getBoundingClientRect(), place = [...state.place];
      const size = grid.size;
      place[view.across] = (event.clientX - box.left) / box.width * size[view.across] - 0.5;
      place[view.up] = (box.bottom - event.clientY) / box.height * size[view.up] - 0.5;
      setPlace(place);
      const [x, y, z] = state.place, at = (z * size[1] + y) * size[0] + x;
      const label = grid.hasLabels ? buffers.labels[at] : 0;
      byId('probe').textContent = label ? `Membrane ${label} here.` : '';
      return label;
    }

    function steer(view) {
      const { canvas } = view;
      canvas.addEventListener('pointerdown', event => {
        canvas.setPointerCapture(event.pointerId);
        const label = placeFromPointer(view, event);
        if (label && label !== state.selected) select(label, { scroll: true });
      });
      canvas.addEventListener('pointermove', event => {
        if (event.buttons & 1) placeFromPointer(view, event);
      });
      canvas.addEventListener('keydown', event => {
        const moves = {
          ArrowLeft: [view.across, -1], ArrowRight: [view.across, 1], ArrowDown: [view.up, -1],
          ArrowUp: [view.up, 1], PageDown: [view.through, -1], PageUp: [view.through, 1],
        };
        const move = moves[event.key];
        if (!move) return;
        event.preventDefault();
        const place = [...state.place];
        place[move[0]] += move[1] * (event.shiftKey ? 10 : 1);
        setPlace(place);
      });
    }

    """#
}
