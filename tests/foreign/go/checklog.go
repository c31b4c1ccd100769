// Checks a log with the Go project's reference implementation (golang.org/x/mod/sumdb).
//
// Usage: checklog CASE (see ../README.md for what a case holds). Ends with 0 if the log holds, with 1
// and the reason if it does not. The package knows Ed25519 only.
package main

import (
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func main() {
	dir := os.Args[1]
	keys, origin := verifiers(dir)
	log := files(filepath.Join(dir, "log"))
	newest := head(read(dir, "log/checkpoint"), keys, origin)
	hashes := tlog.TileHashReader(newest, log)

	root, err := tlog.TreeHash(newest.N, hashes)
	check(err)
	demand(root == newest.Hash, "the tiles give another root")

	leaves := entries(log, newest.N)
	for i, leaf := range leaves {
		proof, err := tlog.ProveRecord(newest.N, int64(i), hashes)
		check(err)
		check(tlog.CheckRecord(proof, newest.N, newest.Hash, int64(i), tlog.RecordHash(leaf)))
	}
	for size := int64(1); size <= newest.N; size++ {
		old, err := tlog.TreeHash(size, hashes)
		check(err)
		continues(newest, tlog.Tree{N: size, Hash: old}, hashes)
	}
	heads := names(dir, "heads")
	for _, name := range heads {
		continues(newest, head(read(dir, "heads/"+name), keys, origin), hashes)
	}
	proofs := names(dir, "proofs")
	for _, name := range proofs {
		index, err := strconv.ParseInt(name, 10, 64)
		check(err)
		proofFile(read(dir, "proofs/"+name), index, leaves[index], keys, origin)
	}
	fmt.Printf("%d entries, %d sizes, %d earlier heads, %d proof files\n", newest.N, newest.N, len(heads), len(proofs))
}

func continues(newest, old tlog.Tree, hashes tlog.HashReader) {
	proof, err := tlog.ProveTree(newest.N, old.N, hashes)
	check(err)
	check(tlog.CheckTree(proof, newest.N, newest.Hash, old.N, old.Hash))
}

// proofFile checks a C2SP tlog-proof: header, optional extra line, index, hashes, empty line, checkpoint.
func proofFile(text string, index int64, leaf []byte, keys note.Verifiers, origin string) {
	parts := strings.SplitN(text, "\n\n", 2)
	lines := strings.Split(parts[0], "\n")
	demand(lines[0] == "c2sp.org/tlog-proof@v1", "not a proof file")
	lines = lines[1:]
	if strings.HasPrefix(lines[0], "extra ") {
		lines = lines[1:]
	}
	demand(lines[0] == fmt.Sprintf("index %d", index), "a proof of another entry")
	var proof tlog.RecordProof
	for _, line := range lines[1:] {
		hash, err := base64.StdEncoding.DecodeString(line)
		demand(err == nil && len(hash) == tlog.HashSize, "malformed hash")
		proof = append(proof, *(*tlog.Hash)(hash))
	}
	tree := head(parts[1], keys, origin)
	check(tlog.CheckRecord(proof, tree.N, tree.Hash, index, tlog.RecordHash(leaf)))
}
