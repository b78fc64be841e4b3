extension ReportPage {
  /// Light and dark, laptop, narrow screens and paper.
  static let style = #"""
    :root {
      color-scheme: light dark;
      --page: #f6f5f2; --card: #ffffff; --ink: #1c2024; --soft: #5c646b; --line: #dedcd5;
      --accent: #0b6a8f; --chosen: #fdf3d7; --scene: #ffffff; --note: #fff7e3;
      --note-line: #e2b44c; --differs: #b4470a; --seen: #0072b2; --bridged: #e69f00; --inferred: #cc79a7;
    }
    @media (prefers-color-scheme: dark) {
      :root {
        --page: #121416; --card: #1b1e21; --ink: #e9ebec; --soft: #a2abb2; --line: #32373c;
        --accent: #6cc4e6; --chosen: #3a3320; --scene: #15171a; --note: #2a2517;
        --note-line: #96762c; --differs: #ff9d5c; --seen: #56b4e9;
      }
    }
    * { box-sizing: border-box; }
    [hidden] { display: none !important; }
    body {
      margin: 0; background: var(--page); color: var(--ink);
      font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
    }
    header, main, footer { max-width: 1560px; margin: 0 auto; padding: 0 28px; }
    header { padding-top: 22px; }
    .brand {
      display: flex; align-items: center; gap: 7px; margin: 0; color: var(--soft);
      font-size: 13px; font-weight: 600;
    }
    .logo { width: 19px; height: 19px; color: var(--accent); }
    h1 { margin: 2px 0 10px; font-size: 29px; line-height: 1.2; overflow-wrap: anywhere; }
    h2 { margin: 0; font-size: 17px; font-weight: 650; }
    h3 { margin: 0; font-size: 15px; font-weight: 600; }
    .facts { display: flex; flex-wrap: wrap; gap: 6px 30px; margin: 0 0 16px; }
    .facts dt { color: var(--soft); font-size: 12.5px; }
    .facts dd { margin: 0; font-weight: 600; font-variant-numeric: tabular-nums; }
    .notes {
      margin: 0 0 18px; padding: 10px 16px; background: var(--note);
      border-left: 4px solid var(--note-line); border-radius: 4px;
    }
    .notes h2 { font-size: 14px; }
    .notes ul { margin: 2px 0 0; padding-left: 18px; }
    .viewer { display: grid; grid-template-columns: minmax(0, 1.12fr) minmax(0, 1fr); gap: 18px; }
    .panel, main > section:not(.viewer) {
      background: var(--card); border: 1px solid var(--line); border-radius: 10px;
      padding: 14px 18px 16px;
    }
    main > section { margin-bottom: 18px; }
    .panel { display: flex; flex-direction: column; min-width: 0; }
    .panel-head { display: flex; flex-direction: column; gap: 6px; margin-bottom: 10px; }
    .tools { display: flex; flex-wrap: wrap; align-items: center; gap: 4px 14px; min-height: 32px; }
    .tools label { display: flex; align-items: center; gap: 6px; font-size: 13px; }
    .tools input[type=range] { width: 76px; }
    input { accent-color: var(--accent); }
    select, .tools button {
      padding: 3px 9px; font: inherit; font-size: 13px; color: var(--ink);
      background: var(--page); border: 1px solid var(--line); border-radius: 6px;
    }
    .tools button { cursor: pointer; min-width: 64px; }
    .tools button:hover { border-color: var(--accent); }
    :focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
    .slices {
      display: grid; gap: 6px; width: 100%; max-width: max(300px, calc(var(--shape, 1) * 74vh));
      margin: 0 auto;
    }
    .slice { position: relative; margin: 0; line-height: 0; }
    .slice canvas {
      width: 100%; display: block; background: #888; border-radius: 4px; cursor: crosshair;
      touch-action: none;
    }
    .slice figcaption {
      position: absolute; top: 6px; left: 7px; padding: 1px 6px; font: 600 12px/1.4 system-ui,
      sans-serif; color: #fff; background: rgb(0 0 0 / 0.55); border-radius: 4px;
      pointer-events: none;
    }
    .sliders { display: grid; gap: 2px; margin-top: 10px; }
    .sliders label { display: grid; grid-template-columns: 14px 1fr 78px; gap: 10px;
      align-items: center; font-size: 13px; }
    .sliders .axis { font-weight: 650; }
    .sliders output { text-align: right; font-variant-numeric: tabular-nums; }
    .hint, .remark { margin: 8px 0 0; color: var(--soft); font-size: 13px; }
    .hint output { color: var(--ink); font-weight: 600; }
    .scene { position: relative; flex: 1; min-height: 420px; }
    .scene canvas { position: absolute; inset: 0; width: 100%; height: 100%; }
    #canvas3d { cursor: grab; touch-action: pan-y; border-radius: 4px; }
    #canvas3d:active { cursor: grabbing; }
    #overlay3d { pointer-events: none; }
    .scene-message, .nothing { padding: 26px; color: var(--soft); text-align: center; margin: 0; }
    .scene-message { position: absolute; inset: auto 0 45% 0; }
    .count { color: var(--soft); font-weight: 500; }

    """# + tableStyle

  private static let tableStyle = #"""
    .scroll { overflow: auto; max-height: 470px; margin-top: 10px; position: relative; }
    table.data { width: 100%; border-collapse: separate; border-spacing: 0; font-size: 13.5px; }
    .data th, .data td {
      padding: 6px 12px 6px 6px; text-align: left; border-bottom: 1px solid var(--line);
      white-space: nowrap; font-variant-numeric: tabular-nums;
    }
    .data thead th {
      position: sticky; top: 0; z-index: 1; background: var(--card); font-weight: 600;
      vertical-align: bottom; border-bottom: 2px solid var(--line); white-space: normal;
    }
    .data .number { text-align: right; }
    .data button {
      padding: 0; border: 0; background: none; font: inherit; color: inherit; cursor: pointer;
      text-align: inherit;
    }
    .data th[aria-sort]::after { content: " ↓"; color: var(--accent); }
    .data th[aria-sort=ascending]::after { content: " ↑"; }
    .data tbody tr[data-label] { cursor: pointer; }
    .data tbody tr[data-label]:hover { background: var(--page); }
    .data tbody tr.chosen { background: var(--chosen); }
    .data tbody th { font-weight: 600; }
    .unit { color: var(--soft); font-weight: 400; }
    .sd, .abstained { color: var(--soft); }
    .abstained { font-style: italic; }
    .swatch {
      display: inline-block; width: 14px; height: 14px; margin-right: 8px; border-radius: 3px;
      vertical-align: -2px; border: 1px solid rgb(0 0 0 / 0.25);
    }
    .footnotes { list-style: none; margin: 10px 0 0; padding: 0; color: var(--soft);
      font-size: 13px; columns: 2; column-gap: 30px; }
    .footnotes li { break-inside: avoid; }
    sup { line-height: 0; font-size: 0.75em; margin-left: 1px; }
    .kinds { display: grid; grid-template-columns: repeat(auto-fit, minmax(230px, 1fr));
      gap: 10px 26px; margin: 10px 0 12px; }
    .kind { display: flex; gap: 12px; }
    .kind p { margin: 0; color: var(--soft); font-size: 13.5px; }
    .kind strong { color: var(--ink); }
    .key { flex: none; width: 34px; height: 34px; border-radius: 6px; }
    .key-seen { background: var(--seen); }
    .key-bridged {
      background: repeating-conic-gradient(var(--bridged) 0 25%, transparent 0 50%) 0 0 / 8px 8px,
        color-mix(in srgb, var(--bridged) 55%, var(--card));
    }
    .key-inferred {
      background: repeating-linear-gradient(135deg, var(--inferred) 0 3px,
        color-mix(in srgb, var(--inferred) 30%, var(--card)) 3px 7px);
    }
    .share { display: flex; gap: 1px; height: 12px; min-width: 90px; border-radius: 3px;
      overflow: hidden; }
    .share span { flex: 0 1 0; min-width: 2px; }
    #provenance > .share { height: 18px; }
    details summary { cursor: pointer; }
    details summary h2 { display: inline; }
    pre { overflow: auto; max-height: 480px; padding: 14px; background: var(--page);
      border-radius: 6px; font: 12.5px/1.5 ui-monospace, "SF Mono", Menlo, Consolas, monospace; }
    #methods p { max-width: 92ch; margin: 8px 0; }
    .references { margin: 6px 0 0; padding-left: 20px; max-width: 110ch; color: var(--soft);
      font-size: 13.5px; }
    footer p { max-width: 110ch; color: var(--soft); font-size: 12.5px; margin: 0 0 26px; }
    a { color: var(--accent); }
    .plots { display: flex; flex-wrap: wrap; gap: 16px 26px; margin-top: 12px; }
    .plot { margin: 0; }
    .plot figcaption { font-size: 13px; font-weight: 600; }
    .plot .axis { fill: none; stroke: var(--line); }
    .plot .mean { stroke: var(--ink); stroke-width: 2; }
    .plot circle { stroke: var(--card); stroke-width: 0.8; }
    .plot text { fill: var(--soft); font-size: 11.5px; }
    .plot .zero { fill: none; stroke: var(--line); stroke-dasharray: 2 3; }
    .plot .bar { fill: var(--accent); opacity: 0.75; }
    .plot .band { fill: var(--accent); opacity: 0.25; }
    .plot .curve { fill: none; stroke: var(--accent); stroke-width: 1.8; }
    .plot .whisker { stroke: var(--soft); stroke-width: 1.2; }
    .plot .tick { text-anchor: end; }
    .effect { display: block; }
    .effect .zero, .effect .axis { stroke: var(--line); }
    .effect .interval { stroke: var(--accent); stroke-width: 3; }
    .effect .differs { stroke: var(--differs); }
    .effect circle { fill: var(--ink); }
    .effect .arrow { fill: var(--accent); }
    .whole { overflow-x: auto; margin-top: 10px; }
    .data td.verdict { white-space: normal; min-width: 15ch; }
    .differs strong { color: var(--differs); }
    .plot .name { text-anchor: middle; }
    @media (max-width: 1080px) { .viewer { grid-template-columns: minmax(0, 1fr); } }
    @media (max-width: 640px) {
      header, main, footer { padding: 0 14px; }
      header { padding-top: 14px; }
      h1 { font-size: 22px; }
      .facts { gap: 6px 20px; }
      .panel, main > section:not(.viewer) { padding: 12px; }
      .footnotes { columns: 1; }
      .scene { min-height: 340px; }
    }
    @media print {
      :root { color-scheme: light; --page: #fff; --card: #fff; --ink: #000; --soft: #444;
        --line: #bbb; --scene: #fff; --note: #fff; }
      body { font-size: 10pt; }
      .tools, .hint, .sliders { display: none; }
      .scroll, pre { max-height: none; overflow: visible; }
      .data thead th { position: static; }
      .data th, .data td { padding: 3px 6px; white-space: normal; }
      .panel, tr, .notes { break-inside: avoid; }
      .share, .key, .swatch, canvas { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
    }

    """#
}
