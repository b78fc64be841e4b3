import LinearAlgebra
import MeshFormats
import Meshes
import TestSupport
import Testing
import WorkLedger

private let isBuilt = ProgramRun.program() != nil

/// Surfaces for other programs. None of it needs the engine.
@Suite(.serialized, .enabled(if: isBuilt, "No bilayer in .build: run `swift build` first."))
struct ExportTests {
  private func withSurfaces(_ body: (String) throws -> Void) throws {
    try TemporaryFolder.with { folder in
      try ThresholdNetwork.writeScene(to: folder)
      let run = try ProgramRun.shell(
        "bilayer fit --instances labels.mrc --output out --quiet", in: folder)
      #expect(run.status == 0, "\(run.messages)")
      try body(folder)
    }
  }

  @Test("Points, model and scene are written, the same each time, of the membranes named")
  func writes() throws {
    try withSurfaces { folder in
      let run = try ProgramRun.shell(
        """
        set -e
        for n in 1 2; do
          bilayer export out --tomogram labels.mrc --points $n.star --imod $n.mod --glb $n.glb
        done
        cmp 1.star 2.star && cmp 1.mod 2.mod && cmp 1.glb 2.glb
        bilayer export out --tomogram labels.mrc --points one.star --membranes 2 --seed 5 \
          --relion 4 --binning 4 --offset -30 --quiet
        grep -c ^labels one.star
        awk '/^labels/ {print $10}' one.star | sort -u
        """, in: folder)
      #expect(run.status == 0, "\(run.messages)")
      let lines = run.output.split(separator: "\n")
      #expect(lines.count == 2 && 5 < Int(lines[0]) ?? 0 && lines[1] == "2")
    }
  }

  @Test("Nothing is replaced without --force, and then nothing else is written either")
  func refuses() throws {
    try withSurfaces { folder in
      let run = try ProgramRun.shell(
        """
        echo mine >a.mod
        bilayer export out --tomogram labels.mrc --glb a.glb --imod a.mod; echo $?
        cat a.mod; ls a.glb
        bilayer export out --tomogram labels.mrc --imod a.mod --force --quiet; echo $?
        bilayer export out; echo $?
        bilayer export out --glb b.glb --membranes 7; echo $?
        bilayer export . --glb b.glb; echo $?
        bilayer export out --points b.star; echo $?
        """, in: folder)
      #expect(run.output.split(separator: "\n") == ["2", "mine", "0", "2", "2", "2", "0"])
      #expect(run.messages.contains("--force") && run.messages.contains("membrane_0007"))
    }
  }

  @Test("A membrane is laid flat into a valid volume and a table of its pixels, the same each time")
  func patch() throws {
    try withSurfaces { folder in
      let run = try ProgramRun.shell(
        """
        set -e
        for n in 1 2; do
          bilayer export out --tomogram tomogram.mrc --patch $n.mrc --membranes 1 --depth 50 \
            --patch-radius 120 --patch-pixel 5
        done
        cmp 1.mrc 2.mrc && cmp 1.csv 2.csv
        bilayer validate 1.mrc >&2
        head -n 1 1.csv; wc -l <1.csv
        set +e
        bilayer export out --patch a.mrc --membranes 1; echo $?
        bilayer export out --tomogram tomogram.mrc --patch a.mrc; echo $?
        bilayer export out --tomogram tomogram.mrc --patch 1.mrc --membranes 1; echo $?
        """, in: folder)
      let lines = run.output.split(separator: "\n")
      try #require(lines.count == 5, "\(run.messages)")
      #expect(lines.first?.hasPrefix("column,row,u_A,v_A,x_A") == true)
      // A disc of radius 24 pixels.
      #expect(abs((Int(lines[1].drop { $0 == " " }) ?? 0) - 1810) < 60)
      #expect(lines.dropFirst(2) == ["2", "2", "2"], "\(run.messages)")
      #expect(run.messages.contains("lengths off by") && run.messages.contains("--tomogram FILE"))
    }
  }

  @Test("Surfaces are drawn from the posterior: meshes alike, other places, the same each time")
  func samples() throws {
    try withSurfaces { folder in
      let run = try ProgramRun.shell(
        """
        bilayer export out --samples one --sample-count 2 --seed 4; echo $?
        bilayer export out --samples two --sample-count 2 --seed 4 --membranes 1; echo $?
        cmp one/membrane_0001_sample_2.ply two/membrane_0001_sample_2.ply; echo $?
        cmp -s one/membrane_0001_sample_1.ply one/membrane_0001_sample_2.ply; echo $?
        ls two | wc -l
        bilayer export out --samples two; echo $?
        rm out/surfaces/membrane_0001.posterior
        bilayer export out --samples three --sample-count 1 --membranes 1; ls three | wc -l
        bilayer export out --samples four --sample-count 0; echo $?
        """, in: folder)
      #expect(
        run.output.split(separator: "\n").map { $0.drop { $0 == " " } }
          == ["0", "0", "0", "1", "2", "2", "0", "2"], "\(run.messages)")
      #expect(run.messages.contains("Membrane 1 has no posterior"))
      let mean = try PLYFile.read(path: folder + "/out/surfaces/membrane_0001.ply")
      let drawn = try PLYFile.read(path: folder + "/two/membrane_0001_sample_1.ply")
      #expect(mean.mesh.triangles == drawn.mesh.triangles)
      // In units of its own deviation a vertex is hardly ever off by five.
      for vertex in mean.mesh.vertices.indices {
        let off = (drawn.mesh.vertices[vertex] - mean.mesh.vertices[vertex]).length
        #expect(off < 5 * Double(mean.standardDeviationAngstrom[vertex]))
      }
    }
  }
}
