// Verifies a log with golang.org/x/mod/sumdb: the note, every leaf through authenticated tiles, and that the log continues an
// older checkpoint. It knows nothing of Signet. Ends with 0, or with 3 when the log is rejected.
//
//	main LOG VKEY [OLDER]
package main

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const width = 256

type folder string

func (f folder) Height() int { return 8 }

func (f folder) SaveTiles([]tlog.Tile, [][]byte) {}

func (f folder) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, tile := range tiles {
		// The height does not stand in our paths.
		data, err := os.ReadFile(filepath.Join(string(f), strings.Replace(tile.Path(), "tile/8/", "tile/", 1)))
		if err != nil {
			return nil, err
		}
		all = append(all, data)
	}
	return all, nil
}

func open(path, vkey string) (tlog.Tree, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return tlog.Tree{}, err
	}
	verifier, err := note.NewVerifier(vkey)
	if err != nil {
		return tlog.Tree{}, err
	}
	opened, err := note.Open(data, note.VerifierList(verifier))
	if err != nil {
		return tlog.Tree{}, err
	}
	lines := strings.SplitN(opened.Text, "\n", 2)
	if lines[0] != verifier.Name() {
		return tlog.Tree{}, errors.New("another origin")
	}
	return tlog.ParseTree([]byte("go.sum database tree\n" + lines[1]))
}

func entries(f folder, index, count int64) ([][]byte, error) {
	tile := tlog.Tile{H: 8, L: 0, N: index, W: int(count)}
	path := strings.Replace(tile.Path(), "tile/8/0/", "tile/entries/", 1)
	data, err := os.ReadFile(filepath.Join(string(f), path))
	if err != nil {
		return nil, err
	}
	var all [][]byte
	for len(data) >= 2 && len(data) >= 2+int(binary.BigEndian.Uint16(data)) {
		length := 2 + int(binary.BigEndian.Uint16(data))
		all, data = append(all, data[2:length]), data[length:]
	}
	if len(data) > 0 || int64(len(all)) != count {
		return nil, fmt.Errorf("%s has %d entries and %d bytes behind them", path, len(all), len(data))
	}
	return all, nil
}

func verify(f folder, vkey, older string) error {
	tree, err := open(filepath.Join(string(f), "checkpoint"), vkey)
	if err != nil {
		return err
	}
	reader := tlog.TileHashReader(tree, f)
	for first := int64(0); first < tree.N; first += width {
		count := tree.N - first
		if count > width {
			count = width
		}
		leaves, err := entries(f, first/width, count)
		if err != nil {
			return err
		}
		var indexes []int64
		for at := int64(0); at < count; at++ {
			indexes = append(indexes, tlog.StoredHashIndex(0, first+at))
		}
		hashes, err := reader.ReadHashes(indexes)
		if err != nil {
			return err
		}
		for at, leaf := range leaves {
			if tlog.RecordHash(leaf) != hashes[at] {
				return fmt.Errorf("entry %d is not the one of the tree", first+int64(at))
			}
		}
	}
	if older == "" {
		return nil
	}
	before, err := open(older, vkey)
	if err != nil {
		return err
	}
	proof, err := tlog.ProveTree(tree.N, before.N, reader)
	if err != nil {
		return err
	}
	return tlog.CheckTree(proof, tree.N, tree.Hash, before.N, before.Hash)
}

func main() {
	older := ""
	if len(os.Args) > 3 {
		older = os.Args[3]
	}
	if err := verify(folder(os.Args[1]), os.Args[2], older); err != nil {
		fmt.Println("rejected:", err)
		os.Exit(3)
	}
}
