extension ReportPage {
  /// Tables, and the start of everything.
  static let tableScript = #"""
    function markRow(scroll) {
      for (const row of document.querySelectorAll('tr[data-label]')) {
        const chosen = Number(row.dataset.label) === state.selected;
        row.classList.toggle('chosen', chosen);
        row.querySelector('button').setAttribute('aria-pressed', String(chosen));
        if (chosen && scroll) {
          // Only the table scrolls: the page stays where it is.
          const box = row.closest('.scroll');
          box.scrollTop = row.offsetTop - box.clientHeight / 2;
        }
      }
    }

    function prepareTable() {
      for (const row of document.querySelectorAll('tr[data-label]')) {
        row.addEventListener('click', () => {
          const before = state.selected;
          select(Number(row.dataset.label), { jump: true });
          if (before !== state.selected && scene.ready && camera.spinning) renderScene();
        });
      }
      for (const button of document.querySelectorAll('th button')) {
        button.addEventListener('click', () => sortBy(button.closest('th')));
      }
      document.addEventListener('keydown', event => {
        if (event.key === 'Escape' && state.selected) select(state.selected);
      });
    }

    // Largest first, then smallest first; rows without a value stay last.
    function sortBy(head) {
      const table = head.closest('table'), column = [...head.parentNode.children].indexOf(head);
      const rising = head.getAttribute('aria-sort') === 'descending';
      for (const other of head.parentNode.children) other.removeAttribute('aria-sort');
      head.setAttribute('aria-sort', rising ? 'ascending' : 'descending');
      const rows = [...table.tBodies[0].rows];
      const value = row => row.cells[column].dataset.value ?? '';
      rows.sort((a, b) => {
        const [x, y] = [value(a), value(b)];
        if (x === '' || y === '') return (x === '') - (y === '');
        const order = isNaN(x) || isNaN(y) ? x.localeCompare(y) : x - y;
        return rising ? order : -order;
      });
      table.tBodies[0].append(...rows);
    }

    """#

  /// Wires the controls and draws for the first time.
  static let startScript = #"""
    function onInput(name, act) {
      const element = byId(name);
      if (element) element.addEventListener('input', () => { act(element); changed(); });
    }

    function prepareSlices() {
      if (!grid) return;
      const extent = grid.size.map((n, axis) => n * grid.voxel[axis]);
      byId('slices').style.gridTemplateColumns =
        `minmax(0, ${extent[0]}fr) minmax(0, ${extent[2]}fr)`;
      byId('slices').style.setProperty('--shape', (extent[0] + extent[2]) / (extent[1] + extent[2]));
      for (const view of views) {
        view.canvas = byId('slice-' + view.name);
        view.canvas.style.aspectRatio = `${extent[view.across]} / ${extent[view.up]}`;
        view.context = view.canvas.getContext('2d');
        const scratch = document.createElement('canvas');
        scratch.width = grid.size[view.across];
        scratch.height = grid.size[view.up];
        view.scratch = scratch.getContext('2d');
        steer(view);
        watchers.push(() => drawSlice(view));
      }
      for (const [axis, name] of ['x', 'y', 'z'].entries()) {
        const slider = byId('slider-' + name);
        slider.max = grid.size[axis] - 1;
        slider.addEventListener('input', () => {
          const place = [...state.place];
          place[axis] = Number(slider.value);
          setPlace(place);
        });
      }
      setPlace(state.place);
      goTo(1);
    }

    function prepareControls() {
      onInput('show-outlines', e => { state.outlines = e.checked; });
      onInput('show-cuts', e => { state.cuts = e.checked; });
      onInput('fill', e => { state.fill = e.value / 100; });
      onInput('contrast', e => { state.contrast = e.value / 100; });
      onInput('thickness', e => { state.thickness = Number(e.value); });
      for (const name of ['show-section', 'cut-away', 'colouring']) onInput(name, () => {});
      if (!scene.ready) return;
      byId('spin').addEventListener('click', () => setSpinning(!camera.spinning));
      byId('reset').addEventListener('click', resetCamera);
    }

    async function start() {
      if (typeof DecompressionStream === 'undefined') {
        throw 'This browser is too old for the pictures (no DecompressionStream).';
      }
      await loadBuffers();
      findMiddles();
      prepareScene();
      prepareSlices();
      prepareControls();
      resetCamera();
      if (scene.ready) {
        steerScene();
        watchers.push(renderScene);
        new ResizeObserver(changed).observe(scene.canvas);
        if (camera.spinning) requestAnimationFrame(spin); else setSpinning(false);
      }
      if (grid) new ResizeObserver(changed).observe(byId('slices'));
      matchMedia('(prefers-color-scheme: dark)').addEventListener('change', changed);
      addEventListener('beforeprint', () => { for (const watch of watchers) watch(); });
      for (const watch of watchers) watch();
      document.documentElement.dataset.ready = 'yes';
    }

    prepareTable();
    start().catch(error => {
      const note = document.createElement('p');
      note.className = 'nothing';
      note.textContent = `The pictures cannot be drawn: ${error.message || error}`;
      document.querySelector('.viewer').prepend(note);
      document.documentElement.dataset.ready = 'failed';
    });

    """#
}
