extension ReportPage {
  /// How the scene is turned, lit on the page, and clicked.
  static let cameraScript = #"""
    // `turn` is column-major and orthonormal; the eye looks down the beam, from +z.
    const camera = { turn: null, zoom: 1, pitch: 0.5, spinning: !still };

    function multiply(a, b) {
      const product = new Float32Array(9);
      for (let c = 0; c < 3; c++) for (let r = 0; r < 3; r++) {
        for (let k = 0; k < 3; k++) product[3 * c + r] += a[3 * k + r] * b[3 * c + k];
      }
      return product;
    }

    const aboutX = t => [1, 0, 0, 0, Math.cos(t), Math.sin(t), 0, -Math.sin(t), Math.cos(t)];
    const aboutY = t => [Math.cos(t), 0, -Math.sin(t), 0, 1, 0, Math.sin(t), 0, Math.cos(t)];

    function turnBy(right, up) {
      camera.turn = multiply(multiply(aboutX(up), aboutY(right)), camera.turn);
      orthonormalise(camera.turn);
    }

    // Rounding would shear the picture after many small turns.
    function orthonormalise(m) {
      const unit = (at, v) => {
        const n = Math.hypot(...v);
        v.forEach((value, i) => { m[at + i] = value / n; });
      };
      const x = [m[0], m[1], m[2]], y = [m[3], m[4], m[5]];
      unit(0, x);
      const along = m[0] * y[0] + m[1] * y[1] + m[2] * y[2];
      unit(3, y.map((value, i) => value - along * m[i]));
      unit(6, [m[1] * m[5] - m[2] * m[4], m[2] * m[3] - m[0] * m[5], m[0] * m[4] - m[1] * m[3]]);
    }

    function resetCamera() {
      camera.turn = multiply(aboutX(camera.pitch), aboutY(-0.5));
      camera.zoom = 1;
      changed();
    }

    function renderScene() {
      if (!scene.ready) return;
      const { gl, canvas } = scene, ratio = devicePixelRatio || 1;
      const width = Math.max(Math.round(canvas.clientWidth * ratio), 1);
      const height = Math.max(Math.round(canvas.clientHeight * ratio), 1);
      if (canvas.width !== width || canvas.height !== height) {
        canvas.width = scene.overlay.canvas.width = width;
        canvas.height = scene.overlay.canvas.height = height;
      }
      // The box fits while it turns about y as the first view is pitched.
      const [x, y, z] = scene.half, wide = Math.hypot(x, z);
      const tall = y * Math.cos(camera.pitch) + wide * Math.sin(camera.pitch);
      scene.unit = 0.93 * Math.min(width / wide, height / tall) * camera.zoom;
      scene.zoom = [scene.unit / width, scene.unit / height];
      scene.paper = parseColour(theme('--scene'));
      scene.ink = parseColour(theme('--ink'));
      drawScene(gl, width, height, false);
      drawOverlay(ratio, width, height);
    }

    function drawScene(gl, width, height, picking) {
      gl.viewport(0, 0, width, height);
      gl.enable(gl.DEPTH_TEST);
      gl.clearColor(...(picking ? [0, 0, 0] : scene.paper), picking ? 0 : 1);
      gl.clear(gl.COLOR_BUFFER_BIT | gl.DEPTH_BUFFER_BIT);
      drawSurfaces(gl, picking);
      if (picking) return;
      drawSection(gl);
      drawBox(gl);
    }

    // Scale bar (exact: the projection is parallel) and the three axes.
    function drawOverlay(ratio, width, height) {
      const context = scene.overlay, ink = theme('--ink'), halo = theme('--scene');
      context.clearRect(0, 0, width, height);
      drawScaleBar(context, ratio, scene.unit / 2 / scene.radius, height, ink, halo);
      const arm = 26 * ratio, x0 = width - 58 * ratio, y0 = height - 44 * ratio;
      for (const [axis, name] of ['x', 'y tilt axis', 'z beam'].entries()) {
        const x = x0 + camera.turn[3 * axis] * arm, y = y0 - camera.turn[3 * axis + 1] * arm;
        context.strokeStyle = ink;
        context.lineWidth = 1.6 * ratio;
        context.beginPath();
        context.moveTo(x0, y0);
        context.lineTo(x, y);
        context.stroke();
        const tx = x0 + (x - x0) * 1.35, ty = y0 + (y - y0) * 1.35 + 4 * ratio;
        const align = tx < x0 - 4 * ratio ? 'right' : tx < x0 + 8 * ratio ? 'center' : 'left';
        writeText(context, name.slice(0, 1), tx, ty, ratio, ink, halo, align);
      }
    }

    function pick(event) {
      const { gl, canvas } = scene, { width, height } = canvas;
      const target = gl.createFramebuffer(), store = gl.createTexture();
      const depth = gl.createRenderbuffer();
      gl.bindTexture(gl.TEXTURE_2D, store);
      gl.texStorage2D(gl.TEXTURE_2D, 1, gl.RGBA8, width, height);
      gl.bindRenderbuffer(gl.RENDERBUFFER, depth);
      gl.renderbufferStorage(gl.RENDERBUFFER, gl.DEPTH_COMPONENT16, width, height);
      gl.bindFramebuffer(gl.FRAMEBUFFER, target);
      gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, store, 0);
      gl.framebufferRenderbuffer(gl.FRAMEBUFFER, gl.DEPTH_ATTACHMENT, gl.RENDERBUFFER, depth);
      drawScene(gl, width, height, true);
      const box = canvas.getBoundingClientRect(), pixel = new Uint8Array(4);
      gl.readPixels((event.clientX - box.left) / box.width * width,
        (box.bottom - event.clientY) / box.height * height, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, pixel);
      gl.bindFramebuffer(gl.FRAMEBUFFER, null);
      gl.deleteFramebuffer(target);
      gl.deleteTexture(store);
      gl.deleteRenderbuffer(depth);
      return pixel[0] + 256 * pixel[1];
    }

    function setSpinning(on) {
      const button = byId('spin'), started = on && !camera.spinning;
      camera.spinning = on;
      button.textContent = on ? 'Pause' : 'Rotate';
      button.setAttribute('aria-pressed', String(on));
      if (started) requestAnimationFrame(spin);
    }

    let lastFrame = 0;
    function spin(now) {
      if (!camera.spinning) { lastFrame = 0; return; }
      // A turn in 24 s, about the tilt axis as it stands; nothing while the page is hidden.
      if (lastFrame) {
        const angle = Math.min(now - lastFrame, 100) / 24000 * 2 * Math.PI;
        camera.turn = multiply(camera.turn, aboutY(angle));
        renderScene();
      }
      lastFrame = now;
      requestAnimationFrame(spin);
    }

    function zoomBy(factor) {
      camera.zoom = Math.min(Math.max(camera.zoom * factor, 0.3), 20);
      changed();
    }

    function steerScene() {
      const { canvas } = scene;
      let travelled = 0;
      canvas.addEventListener('pointerdown', event => {
        canvas.setPointerCapture(event.pointerId);
        travelled = 0;
      });
      canvas.addEventListener('pointermove', event => {
        if (!(event.buttons & 1)) return;
        travelled += Math.abs(event.movementX) + Math.abs(event.movementY);
        if (travelled < 4) return;
        setSpinning(false);
        turnBy(event.movementX * 0.008, event.movementY * 0.008);
        changed();
      });
      canvas.addEventListener('pointerup', event => {
        if (travelled < 4) select(pick(event), { scroll: true, jump: true });
      });
      canvas.addEventListener('wheel', event => {
        if (!event.ctrlKey) return;
        event.preventDefault();
        zoomBy(Math.exp(-event.deltaY * 0.005));
      }, { passive: false });
      canvas.addEventListener('keydown', event => {
        const act = {
          ArrowLeft: () => turnBy(-0.1, 0), ArrowRight: () => turnBy(0.1, 0),
          ArrowUp: () => turnBy(0, -0.1), ArrowDown: () => turnBy(0, 0.1),
          '+': () => zoomBy(1.15), '=': () => zoomBy(1.15), '-': () => zoomBy(1 / 1.15),
          '0': resetCamera,
        }[event.key];
        if (!act || event.ctrlKey || event.metaKey) return;
        event.preventDefault();
        if (event.key.startsWith('Arrow')) setSpinning(false);
        act();
        changed();
      });
    }

    """#
}
