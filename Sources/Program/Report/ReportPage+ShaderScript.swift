extension ReportPage {
  /// The programs that run on the graphics card (GLSL ES 3.00).
  static let shaderScript = #"""
    // Lengths in the scene are shares of the box's radius, centred on the box.
    const surfaceVertex = `#version 300 es
      layout(location = 0) in vec4 place;      // 0...1 in the meshes' box; w: label / 65535
      layout(location = 1) in vec4 attributes; // normal (2), provenance + 4 deviation, curvature
      uniform mat3 turn;
      uniform vec3 boxScale, boxShift;
      uniform vec2 zoom;
      out vec3 spot;
      out vec3 normal;
      out vec2 unseen;
      out float curvature, deviation;
      out float depth;
      flat out float label;
      vec3 unfold(vec2 e) {
        vec3 n = vec3(e, 1.0 - abs(e.x) - abs(e.y));
        if (n.z < 0.0) n.xy = (1.0 - abs(n.yx)) * vec2(n.x < 0.0 ? -1.0 : 1.0, n.y < 0.0 ? -1.0 : 1.0);
        return normalize(n);
      }
      void main() {
        spot = place.xyz * boxScale + boxShift;
        vec3 seen = turn * spot;
        normal = turn * unfold(attributes.xy * 2.0 - 1.0);
        float known = floor(attributes.z * 255.0 + 0.5);
        float kind = mod(known, 4.0);
        deviation = (floor(known / 4.0) - 1.0) / 62.0;
        unseen = vec2(kind > 1.5 && kind < 2.5 ? 1.0 : 0.0, kind > 2.5 ? 1.0 : 0.0);
        curvature = (attributes.w * 255.0 - 128.0) / 127.0;
        label = place.w * 65535.0;
        depth = seen.z;
        gl_Position = vec4(seen.xy * zoom, -seen.z * 0.4, 1.0);
      }`;

    const surfaceFragment = `#version 300 es
      precision highp float;
      in vec3 spot;
      in vec3 normal;
      in vec2 unseen;
      in float curvature, deviation;
      in float depth;
      flat in float label;
      uniform vec3 colour, paper;
      uniform float faint, cutAbove, pitch;
      uniform int colouring, picking;
      out vec4 pixel;
      float stripes(float phase) {
        float width = fwidth(phase);
        return smoothstep(0.5 - width, 0.5 + width, abs(fract(phase) * 2.0 - 1.0));
      }
      vec3 provenanceColour() {
        if (unseen.y > 0.5) return vec3(0.80, 0.47, 0.65);
        if (unseen.x > 0.5) return vec3(0.90, 0.62, 0.0);
        return vec3(0.0, 0.45, 0.70);
      }
      vec3 curvatureColour() {
        vec3 flatColour = vec3(0.93, 0.92, 0.88);
        vec3 end = curvature < 0.0 ? vec3(0.13, 0.40, 0.67) : vec3(0.75, 0.30, 0.05);
        return mix(flatColour, end, pow(abs(curvature), 0.7));
      }
      vec3 deviationColour() {
        if (deviation < 0.0) return vec3(0.6);
        vec3 sure = vec3(0.15, 0.35, 0.55), middle = vec3(0.55, 0.70, 0.65);
        vec3 unsure = vec3(0.95, 0.80, 0.25);
        return deviation < 0.5
          ? mix(sure, middle, deviation * 2.0) : mix(middle, unsure, deviation * 2.0 - 1.0);
      }
      void main() {
        if (spot.z > cutAbove) discard;
        if (picking == 1) {
          pixel = vec4(mod(label, 256.0) / 255.0, floor(label / 256.0) / 255.0, 0.0, 1.0);
          return;
        }
        vec3 base = colouring == 0 ? colour : colouring == 1 ? provenanceColour()
          : colouring == 2 ? curvatureColour() : deviationColour();
        // Inferred patches lie across the beam: stripes vary in x and y. Bridges may stand any way.
        float hatch = stripes(dot(spot, vec3(0.6, 0.8, 0.0)) * pitch);
        float dots = stripes(dot(spot, vec3(0.6, 0.6, 0.55)) * pitch)
          * stripes(dot(spot, vec3(-0.6, 0.6, -0.55)) * pitch);
        if (unseen.y > 0.5) base = mix(base, paper, 0.35 + 0.4 * hatch);
        else if (unseen.x > 0.5) base = mix(base, paper, 0.75 * dots);
        vec3 n = normalize(normal);
        float inside = gl_FrontFacing ? 0.0 : 1.0;
        if (n.z < 0.0) n = -n;
        float light = 0.46 + 0.56 * max(dot(n, normalize(vec3(-0.35, 0.55, 0.76))), 0.0);
        float gloss = pow(max(dot(n, normalize(vec3(-0.2, 0.32, 0.95))), 0.0), 40.0);
        float rim = smoothstep(0.0, 0.45, n.z);
        vec3 shaded = base * light * mix(1.0, 0.86, inside) * mix(0.62, 1.0, rim) + 0.12 * gloss;
        shaded = mix(shaded, paper, clamp(0.14 - depth * 0.2, 0.0, 0.34));
        pixel = vec4(mix(shaded, paper, faint), 1.0);
      }`;

    const sectionVertex = `#version 300 es
      layout(location = 0) in vec2 corner;
      uniform mat3 turn;
      uniform vec3 half_;
      uniform vec2 zoom;
      uniform float height;
      out vec2 texel;
      void main() {
        texel = corner;
        vec3 seen = turn * vec3((corner * 2.0 - 1.0) * half_.xy, height);
        gl_Position = vec4(seen.xy * zoom, -seen.z * 0.4, 1.0);
      }`;

    const sectionFragment = `#version 300 es
      precision highp float;
      precision highp sampler3D;
      in vec2 texel;
      uniform sampler3D density;
      uniform float level, sections, reach, mean, gain;
      out vec4 pixel;
      void main() {
        float sum = 0.0, count = 0.0;
        for (float s = -4.0; s <= 4.0; s += 1.0) {
          if (abs(s) > reach) continue;
          sum += texture(density, vec3(texel, level + s / sections)).r;
          count += 1.0;
        }
        pixel = vec4(vec3(0.5 + (sum / count - mean) * gain), 1.0);
      }`;

    const lineVertex = `#version 300 es
      layout(location = 0) in vec3 corner;
      uniform mat3 turn;
      uniform vec3 half_;
      uniform vec2 zoom;
      void main() {
        vec3 seen = turn * (corner * half_);
        gl_Position = vec4(seen.xy * zoom, -seen.z * 0.4, 1.0);
      }`;

    const lineFragment = `#version 300 es
      precision highp float;
      uniform vec4 ink;
      out vec4 pixel;
      void main() { pixel = ink; }`;

    """#
}
