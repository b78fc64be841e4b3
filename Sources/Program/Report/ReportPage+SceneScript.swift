extension ReportPage {
  /// The surfaces in three dimensions.
  static let sceneScript = #"""
    const scene = { ready: false };

    function program(gl, vertex, fragment) {
      const result = gl.createProgram();
      for (const [type, source] of [[gl.VERTEX_SHADER, vertex], [gl.FRAGMENT_SHADER, fragment]]) {
        const shader = gl.createShader(type);
        gl.shaderSource(shader, source);
        gl.compileShader(shader);
        if (!gl.getShaderParameter(shader, gl.COMPILE_STATUS)) throw gl.getShaderInfoLog(shader);
        gl.attachShader(result, shader);
      }
      gl.linkProgram(result);
      if (!gl.getProgramParameter(result, gl.LINK_STATUS)) throw gl.getProgramInfoLog(result);
      const at = {};
      for (let i = gl.getProgramParameter(result, gl.ACTIVE_UNIFORMS); 0 < i--;) {
        const { name } = gl.getActiveUniform(result, i);
        at[name] = gl.getUniformLocation(result, name);
      }
      return { result, at };
    }

    function attribute(gl, place, data, count, type, normalised) {
      gl.bindBuffer(gl.ARRAY_BUFFER, gl.createBuffer());
      gl.bufferData(gl.ARRAY_BUFFER, data, gl.STATIC_DRAW);
      gl.enableVertexAttribArray(place);
      gl.vertexAttribPointer(place, count, type, normalised, 0, 0);
    }

    function vertexArray(gl, fill) {
      const array = gl.createVertexArray();
      gl.bindVertexArray(array);
      fill();
      gl.bindVertexArray(null);
      return array;
    }

    // The tomogram's box, or the surfaces' where there is no tomogram.
    function boxOfScene() {
      const { lower, edge } = facts.meshes;
      const size = grid ? grid.size.map((n, i) => n * grid.voxel[i]) : [edge, edge, edge];
      const low = grid ? grid.origin.map((o, i) => o - grid.voxel[i] / 2) : lower;
      scene.radius = Math.hypot(...size) / 2;
      scene.half = size.map(v => v / 2 / scene.radius);
      scene.scale = [0, 1, 2].map(() => edge / scene.radius);
      scene.shift = lower.map((v, i) => (v - low[i] - size[i] / 2) / scene.radius);
    }

    function prepareScene() {
      const canvas = byId('canvas3d');
      if (!canvas) return;
      const gl = canvas.getContext('webgl2', { antialias: true, preserveDrawingBuffer: true });
      if (!gl) {
        byId('scene-message').hidden = false;
        byId('scene-message').textContent =
          'This browser shows no WebGL 2. Sections and tables work without it.';
        return;
      }
      Object.assign(scene, { canvas, gl, overlay: byId('overlay3d').getContext('2d') });
      boxOfScene();
      scene.surface = program(gl, surfaceVertex, surfaceFragment);
      scene.lines = program(gl, lineVertex, lineFragment);
      scene.section = program(gl, sectionVertex, sectionFragment);
      scene.surfaceArray = vertexArray(gl, () => {
        attribute(gl, 0, buffers.positions, 4, gl.UNSIGNED_SHORT, true);
        attribute(gl, 1, buffers.attributes, 4, gl.UNSIGNED_BYTE, true);
        gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, gl.createBuffer());
        gl.bufferData(gl.ELEMENT_ARRAY_BUFFER, buffers.indices, gl.STATIC_DRAW);
      });
      const edges = [];
      for (const axis of [0, 1, 2]) for (const a of [-1, 1]) for (const b of [-1, 1]) {
        for (const end of [-1, 1]) {
          const corner = [0, 0, 0];
          corner[axis] = end; corner[(axis + 1) % 3] = a; corner[(axis + 2) % 3] = b;
          edges.push(...corner);
        }
      }
      const data = new Float32Array(edges);
      scene.lineArray = vertexArray(gl, () => attribute(gl, 0, data, 3, gl.FLOAT, false));
      if (grid && grid.hasDensity) uploadDensity(gl);
      scene.ready = true;
    }

    function uploadDensity(gl) {
      const limit = gl.getParameter(gl.MAX_3D_TEXTURE_SIZE);
      if (grid.size.some(n => limit < n)) return;
      const texture = gl.createTexture();
      gl.bindTexture(gl.TEXTURE_3D, texture);
      gl.pixelStorei(gl.UNPACK_ALIGNMENT, 1);
      gl.texImage3D(gl.TEXTURE_3D, 0, gl.R8, ...grid.size, 0, gl.RED, gl.UNSIGNED_BYTE,
        buffers.density);
      for (const name of ['MIN_FILTER', 'MAG_FILTER']) {
        gl.texParameteri(gl.TEXTURE_3D, gl['TEXTURE_' + name], gl.LINEAR);
      }
      for (const name of ['S', 'T', 'R']) {
        gl.texParameteri(gl.TEXTURE_3D, gl['TEXTURE_WRAP_' + name], gl.CLAMP_TO_EDGE);
      }
      const corners = new Float32Array([0, 0, 1, 0, 0, 1, 1, 1]);
      scene.sectionArray = vertexArray(gl, () => attribute(gl, 0, corners, 2, gl.FLOAT, false));
      scene.texture = texture;
    }

    function parseColour(text) {
      const pixel = scene.probe ||= document.createElement('canvas').getContext('2d',
        { willReadFrequently: true });
      pixel.fillStyle = text;
      pixel.fillRect(0, 0, 1, 1);
      return [...pixel.getImageData(0, 0, 1, 1).data].slice(0, 3).map(v => v / 255);
    }

    const checked = name => Boolean(byId(name) && byId(name).checked && !byId(name).disabled);
    const sectionHeight = () => grid
      ? ((state.place[2] + 0.5) / grid.size[2] * 2 - 1) * scene.half[2] : 0;

    function usePart(gl, { result, at }) {
      gl.useProgram(result);
      gl.uniformMatrix3fv(at.turn, false, camera.turn);
      gl.uniform2fv(at.zoom, scene.zoom);
      if (at.half_) gl.uniform3fv(at.half_, scene.half);
      return at;
    }

    function drawSurfaces(gl, picking) {
      const at = usePart(gl, scene.surface);
      gl.uniform3fv(at.boxScale, scene.scale);
      gl.uniform3fv(at.boxShift, scene.shift);
      gl.uniform3fv(at.paper, scene.paper);
      // A stripe and its gap take about 10 pixels of the page, however far one zooms.
      gl.uniform1f(at.pitch, scene.unit / 2 / (10 * (devicePixelRatio || 1)));
      gl.uniform1f(at.cutAbove, checked('cut-away') ? sectionHeight() : 9);
      gl.uniform1i(at.colouring, Number(byId('colouring').value));
      gl.uniform1i(at.picking, picking ? 1 : 0);
      gl.bindVertexArray(scene.surfaceArray);
      for (const part of facts.meshes.parts) {
        gl.uniform3fv(at.colour, colourOf(part.label).map(v => v / 255));
        gl.uniform1f(at.faint, state.selected && part.label !== state.selected ? 0.8 : 0);
        gl.drawElements(gl.TRIANGLES, part.indexCount, gl.UNSIGNED_INT, 4 * part.firstIndex);
      }
    }

    function drawSection(gl) {
      if (!scene.texture || !checked('show-section')) return;
      const at = usePart(gl, scene.section);
      gl.uniform1f(at.height, sectionHeight());
      gl.uniform1f(at.level, (state.place[2] + 0.5) / grid.size[2]);
      gl.uniform1f(at.sections, grid.size[2]);
      gl.uniform1f(at.reach, state.thickness >> 1);
      gl.uniform1f(at.gain, gainFor(state.thickness) * state.contrast);
      gl.uniform1f(at.mean, grey.mean / 255);
      gl.bindTexture(gl.TEXTURE_3D, scene.texture);
      gl.bindVertexArray(scene.sectionArray);
      gl.drawArrays(gl.TRIANGLE_STRIP, 0, 4);
    }

    function drawBox(gl) {
      const at = usePart(gl, scene.lines);
      const [r, g, b] = scene.ink.map((v, i) => v * 0.35 + scene.paper[i] * 0.65);
      gl.uniform4f(at.ink, r, g, b, 1);
      gl.bindVertexArray(scene.lineArray);
      gl.drawArrays(gl.LINES, 0, 24);
    }

    """#
}
