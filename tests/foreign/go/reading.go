package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// height is that of C2SP tlog-tiles: 256 hashes in a tile.
const height = 8

// verifiers are those keys of the case that the package understands.
func verifiers(dir string) (note.Verifiers, string) {
	var known []note.Verifier
	for _, line := range strings.Fields(read(dir, "vkeys")) {
		if v, err := note.NewVerifier(line); err == nil {
			known = append(known, v)
		}
	}
	demand(len(known) == 1, "%d Ed25519 keys in the manifest instead of one", len(known))
	return note.VerifierList(known...), known[0].Name()
}

// head opens a signed checkpoint: origin, size, root.
func head(text string, keys note.Verifiers, origin string) tlog.Tree {
	n, err := note.Open([]byte(text), keys)
	check(err)
	lines := strings.Split(n.Text, "\n")
	demand(len(lines) == 4 && lines[0] == origin && lines[3] == "", "malformed checkpoint")
	size, err := strconv.ParseInt(lines[1], 10, 64)
	check(err)
	root, err := tlog.ParseHash(lines[2])
	check(err)
	return tlog.Tree{N: size, Hash: root}
}

// files reads tiles as C2SP tlog-tiles names them: as this package does, but without the height.
type files string

func (f files) Height() int                     { return height }
func (f files) SaveTiles([]tlog.Tile, [][]byte) {}
func (f files) ReadTiles(tiles []tlog.Tile) (all [][]byte, err error) {
	for _, t := range tiles {
		path := strings.Replace(t.Path(), "tile/8/", "tile/", 1)
		data, err := os.ReadFile(filepath.Join(string(f), strings.Replace(path, "data", "entries", 1)))
		if err != nil {
			return nil, err
		}
		all = append(all, data)
	}
	return all, nil
}

func entries(log files, size int64) (all [][]byte) {
	for n := int64(0); n*256 < size; n++ {
		width := 256
		if left := size - n*256; left < 256 {
			width = int(left)
		}
		bundle, err := log.ReadTiles([]tlog.Tile{{H: height, L: -1, N: n, W: width}})
		check(err)
		for rest := bundle[0]; len(rest) > 0; {
			length := int(rest[0])<<8 | int(rest[1])
			all = append(all, rest[2:2+length])
			rest = rest[2+length:]
		}
	}
	demand(int64(len(all)) == size, "%d entries instead of %d", len(all), size)
	return all
}

func names(dir, sub string) (all []string) {
	found, err := os.ReadDir(filepath.Join(dir, sub))
	check(err)
	for _, entry := range found {
		all = append(all, entry.Name())
	}
	return all
}

func read(dir, name string) string {
	data, err := os.ReadFile(filepath.Join(dir, name))
	check(err)
	return string(data)
}

func check(err error) {
	demand(err == nil, "%v", err)
}

func demand(holds bool, format string, values ...any) {
	if !holds {
		fmt.Printf("rejected: "+format+"\n", values...)
		os.Exit(1)
	}
}
