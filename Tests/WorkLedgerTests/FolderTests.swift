import TestSupport
import Testing
import WorkLedger

@Suite("Folders") struct FolderTests {
  @Test("Names come sorted, with hidden ones and folders, without the folder itself")
  func names() throws {
    try TemporaryFolder.with { folder in
      #expect(Folder.names(in: folder).isEmpty)
      for name in ["b", ".hidden", "a"] { try AtomicFile.write("", to: folder + "/" + name) }
      #expect(try Folder.make(folder + "/c/d") == [folder + "/c", folder + "/c/d"])
      #expect(Folder.names(in: folder) == [".hidden", "a", "b", "c"])
      #expect(Folder.names(in: folder + "/c") == ["d"])
      #expect(Folder.names(in: folder + "/none").isEmpty)
    }
  }

  @Test("Making a folder that is there makes nothing; making one in a file is refused")
  func make() throws {
    try TemporaryFolder.with { folder in
      #expect(try Folder.make(folder).isEmpty)
      try AtomicFile.write("x", to: folder + "/file")
      #expect(throws: FileError.self) { try Folder.make(folder + "/file/inside") }
      #expect(Folder.byteCount(ofFile: folder + "/file") == 1)
      #expect(Folder.byteCount(ofFile: folder) == nil && Folder.isFolder(folder))
      #expect(Folder.nearestExisting(to: folder + "/x/y") == folder)
      Folder.remove(folder + "/file")
      #expect(!Folder.exists(folder + "/file"))
    }
  }

  @Test(
    "The parent of a path is what a shell calls its dirname",
    arguments: [("a/b", "a"), ("a/b/", "a"), ("/a", "/"), ("a", "."), ("/a/b/c", "/a/b")])
  func parent(path: String, expected: String) {
    #expect(Folder.parent(of: path) == expected)
  }
}
