// Verifies a log by the code that the specifications of C2SP come from (golang.org/x/mod/sumdb).
//
// Arguments: FOLDER VKEY INDEX OLD. FOLDER holds the log's files; INDEX is an entry whose proof is made from the tiles;
// OLD is an older checkpoint. It prints "verified SIZE".
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type folder string

func (folder) Height() int { return 8 }

func (home folder) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var data [][]byte
	for _, tile := range tiles {
		// C2SP leaves the height out of the path.
		path, err := filepath.Rel("tile/8", tile.Path())
		if err != nil {
			return nil, err
		}
		bytes, err := os.ReadFile(filepath.Join(string(home), "tile", path))
		if err != nil {
			return nil, err
		}
		data = append(data, bytes)
	}
	return data, nil
}

func (folder) SaveTiles([]tlog.Tile, [][]byte) {}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func open(path string, verifier note.Verifier) tlog.Tree {
	text, err := os.ReadFile(path)
	check(err)
	signed, err := note.Open(text, note.VerifierList(verifier))
	check(err)
	// tlog.ParseTree wants Go's own first line; C2SP's is the origin.
	var origin, root string
	var size int64
	_, err = fmt.Sscanf(signed.Text, "%s\n%d\n%s\n", &origin, &size, &root)
	check(err)
	hash, err := tlog.ParseHash(root)
	check(err)
	return tlog.Tree{N: size, Hash: hash}
}

func main() {
	home := folder(os.Args[1])
	verifier, err := note.NewVerifier(os.Args[2])
	check(err)
	index, err := strconv.ParseInt(os.Args[3], 10, 64)
	check(err)
	tree := open(filepath.Join(os.Args[1], "checkpoint"), verifier)
	old := open(os.Args[4], verifier)
	entries, err := os.ReadFile(filepath.Join(os.Args[1], fmt.Sprintf("tile/entries/000.p/%d", tree.N)))
	check(err)
	var entry []byte
	for i := int64(0); i <= index; i++ {
		length := int(entries[0])<<8 | int(entries[1])
		entry, entries = entries[2:2+length], entries[2+length:]
	}
	reader := tlog.TileHashReader(tree, home)
	record, err := tlog.ProveRecord(tree.N, index, reader)
	check(err)
	check(tlog.CheckRecord(record, tree.N, tree.Hash, index, tlog.RecordHash(entry)))
	consistency, err := tlog.ProveTree(tree.N, old.N, reader)
	check(err)
	check(tlog.CheckTree(consistency, tree.N, tree.Hash, old.N, old.Hash))
	fmt.Println("verified", tree.N)
}
