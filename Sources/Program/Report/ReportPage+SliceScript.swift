extension ReportPage {
  /// The three orthogonal sections.
  static let sliceScript = #"""
    // across, up, through: which axis (0 x, 1 y, 2 z) runs where.
    const views = [
      { name: 'xy', across: 0, up: 1, through: 2 },
      { name: 'zy', across: 2, up: 1, through: 0 },
      { name: 'xz', across: 0, up: 2, through: 1 },
    ];
    const grey = { mean: 128, gain: [] };

    // Mean over `thickness` sections, as numbers, in rows from the bottom.
    function section(view, at, thickness) {
      const [nx, ny] = grid.size, step = [1, nx, nx * ny];
      const width = grid.size[view.across], height = grid.size[view.up];
      const plane = new Float32Array(width * height);
      const first = Math.max(at - (thickness >> 1), 0);
      const last = Math.min(at + (thickness >> 1), grid.size[view.through] - 1);
      const a = step[view.across];
      for (let s = first; s <= last; s++) for (let j = 0; j < height; j++) {
        let from = s * step[view.through] + j * step[view.up], to = j * width;
        for (let i = 0; i < width; i++, from += a) plane[to++] += buffers.density[from];
      }
      const count = last - first + 1;
      for (let i = 0; i < plane.length; i++) plane[i] /= count;
      return plane;
    }

    // Thicker sections are less noisy and may be stretched further: 6 s.d. fill the grey scale.
    function gainFor(thickness) {
      if (grey.gain[thickness]) return grey.gain[thickness];
      const plane = section(views[0], grid.size[2] >> 1, thickness);
      let sum = 0, squares = 0;
      for (const v of plane) { sum += v; squares += v * v; }
      grey.mean = sum / plane.length;
      const sd = Math.sqrt(Math.max(squares / plane.length - grey.mean ** 2, 1));
      return grey.gain[thickness] = 255 / (6 * sd);
    }

    function paintDensity(view, context) {
      const width = grid.size[view.across], height = grid.size[view.up];
      const image = context.createImageData(width, height);
      image.data.fill(255);
      if (grid.hasDensity) {
        const gain = gainFor(state.thickness) * state.contrast;
        const plane = section(view, state.place[view.through], state.thickness);
        for (let j = 0; j < height; j++) for (let i = 0; i < width; i++) {
          const value = 128 + (plane[j * width + i] - grey.mean) * gain;
          const to = 4 * ((height - 1 - j) * width + i);
          image.data[to] = image.data[to + 1] = image.data[to + 2] = value;
        }
      }
      context.putImageData(image, 0, 0);
    }

    // Colour of labelled voxels; stripes where inferred, a chequer where bridged.
    function paintFill(view, context, labels, known) {
      const width = grid.size[view.across], height = grid.size[view.up];
      const image = context.createImageData(width, height);
      for (let j = 0; j < height; j++) for (let i = 0; i < width; i++) {
        const label = labels[j * width + i];
        if (!label) continue;
        const to = 4 * ((height - 1 - j) * width + i);
        const kind = known ? known[j * width + i] : 1;
        const gap = kind === 3 ? (i + j) % 6 < 3 : kind === 2 ? ((i >> 1) + (j >> 1)) % 2 : false;
        image.data.set(colourOf(label), to);
        const faint = state.selected && label !== state.selected ? 0.3 : 1;
        image.data[to + 3] = 255 * state.fill * faint * (gap ? 0.25 : 1);
      }
      context.putImageData(image, 0, 0);
    }

    function planeOf(view, buffer) {
      const [nx, ny] = grid.size, step = [1, nx, nx * ny];
      const width = grid.size[view.across], height = grid.size[view.up];
      const plane = new Uint16Array(width * height);
      const base = state.place[view.through] * step[view.through];
      for (let j = 0, to = 0; j < height; j++) for (let i = 0; i < width; i++) {
        plane[to++] = buffer[base + i * step[view.across] + j * step[view.up]];
      }
      return plane;
    }

    // Canvas pixels of a place given in voxels across and up.
    const pixelX = (view, across) => (across + 0.5) * view.scaleX;
    const pixelY = (view, up) => view.canvas.height - (up + 0.5) * view.scaleY;

    function drawSlice(view) {
      const { canvas, context, scratch } = view;
      const ratio = devicePixelRatio || 1;
      const width = Math.max(Math.round(canvas.clientWidth * ratio), 1);
      const height = Math.max(Math.round(canvas.clientHeight * ratio), 1);
      if (canvas.width !== width || canvas.height !== height) {
        canvas.width = width; canvas.height = height;
      }
      view.scaleX = width / grid.size[view.across];
      view.scaleY = height / grid.size[view.up];
      paintDensity(view, scratch);
      context.imageSmoothingEnabled = true;
      context.imageSmoothingQuality = 'high';
      context.drawImage(scratch.canvas, 0, 0, width, height);
      if (grid.hasLabels) drawLabels(view, ratio);
      if (state.cuts) drawCuts(view, ratio);
      drawCross(view, ratio);
      if (view.name === 'xy') drawScaleBar(context, ratio, view.scaleX / grid.voxel[0], height);
    }

    function drawLabels(view, ratio) {
      const labels = planeOf(view, buffers.labels);
      const known = grid.hasProvenance ? planeOf(view, buffers.provenance) : null;
      if (0 < state.fill) {
        paintFill(view, view.scratch, labels, known);
        view.context.drawImage(view.scratch.canvas, 0, 0, view.canvas.width, view.canvas.height);
      }
      if (!state.outlines) return;
      for (const region of regionsOf(view, labels)) drawRegion(view, labels, known, region, ratio);
    }

    function drawCross(view, ratio) {
      const { context, canvas } = view;
      const x = pixelX(view, state.place[view.across]), y = pixelY(view, state.place[view.up]);
      const gap = 9 * ratio;
      context.lineWidth = ratio;
      context.strokeStyle = 'rgb(255 255 255 / 0.55)';
      context.beginPath();
      for (const [a, b] of [[0, x - gap], [x + gap, canvas.width]]) {
        context.moveTo(a, y); context.lineTo(b, y);
      }
      for (const [a, b] of [[0, y - gap], [y + gap, canvas.height]]) {
        context.moveTo(x, a); context.lineTo(x, b);
      }
      context.stroke();
    }

    // A bar of 1, 2 or 5 times a power of ten nm, about a fifth of the picture.
    function drawScaleBar(context, ratio, pixelsPerAngstrom, height, ink = '#fff', halo = '#000') {
      const goal = context.canvas.width / 5 / pixelsPerAngstrom / 10;
      const power = 10 ** Math.floor(Math.log10(goal));
      const nm = power * [5, 2, 1].find(step => step * power <= goal);
      const length = nm * 10 * pixelsPerAngstrom, left = 14 * ratio, base = height - 16 * ratio;
      context.lineCap = 'butt';
      for (const [style, extra] of [[halo, 3], [ink, 0]]) {
        context.strokeStyle = style;
        context.lineWidth = (3 + extra) * ratio;
        context.beginPath();
        context.moveTo(left - extra / 2 * ratio, base);
        context.lineTo(left + length + extra / 2 * ratio, base);
        context.stroke();
      }
      writeText(context, `${nm} nm`, left, base - 8 * ratio, ratio, ink, halo);
    }

    function writeText(context, text, x, y, ratio, ink, halo, align = 'left') {
      context.font = `600 ${12 * ratio}px system-ui, sans-serif`;
      context.textAlign = align;
      context.lineJoin = 'round';
      context.lineWidth = 3 * ratio;
      context.strokeStyle = halo;
      context.strokeText(text, x, y);
      context.fillStyle = ink;
      context.fillText(text, x, y);
    }

    """#
}
