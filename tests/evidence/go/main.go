// Checks what a log publishes with Go's own packages, golang.org/x/mod/sumdb/note and tlog, as Debian has them.
//
// It reads one JSON object from standard input and ends with status 0 if everything holds. Every tile that is
// read is authenticated by tlog against the checkpoint's root; proofs are checked, and made again out of tiles.
package main

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type told struct {
	Vkey        string
	Note        string
	Witness     string // vkey of a cosigner, type 0x04
	Tiles       map[string][]byte
	Leaf        []byte
	Index       int64
	Inclusion   [][]byte
	Earlier     string // an earlier checkpoint
	Consistency [][]byte
}

func main() {
	var asked told
	if err := json.NewDecoder(os.Stdin).Decode(&asked); err != nil {
		fail(err)
	}
	if err := check(asked); err != nil {
		fail(err)
	}
	fmt.Println("ok")
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

func check(asked told) error {
	log, err := note.NewVerifier(asked.Vkey)
	if err != nil {
		return err
	}
	witness, err := newCosigner(asked.Witness)
	if err != nil {
		return err
	}
	opened, err := note.Open([]byte(asked.Note), note.VerifierList(log, witness))
	if err != nil {
		return err
	}
	if len(opened.Sigs) != 2 {
		return errors.New("a signature is missing")
	}
	tree, err := checkpoint(opened.Text, log.Name())
	if err != nil {
		return err
	}
	earlier, err := note.Open([]byte(asked.Earlier), note.VerifierList(log))
	if err != nil {
		return err
	}
	before, err := checkpoint(earlier.Text, log.Name())
	if err != nil {
		return err
	}
	leaf := tlog.RecordHash(asked.Leaf)
	inclusion, consistency := tlog.RecordProof(hashes(asked.Inclusion)), tlog.TreeProof(hashes(asked.Consistency))
	if err := tlog.CheckRecord(inclusion, tree.N, tree.Hash, asked.Index, leaf); err != nil {
		return err
	}
	if err := tlog.CheckTree(consistency, tree.N, tree.Hash, before.N, before.Hash); err != nil {
		return err
	}
	return fromTiles(asked, tree, before, leaf, inclusion, consistency)
}

// fromTiles makes the proofs again out of the tiles and compares.
func fromTiles(
	asked told, tree, before tlog.Tree, leaf tlog.Hash, inclusion tlog.RecordProof, consistency tlog.TreeProof,
) error {
	reader := tlog.TileHashReader(tree, tiles(asked.Tiles))
	stored, err := reader.ReadHashes([]int64{tlog.StoredHashIndex(0, asked.Index)})
	if err != nil {
		return err
	}
	if stored[0] != leaf {
		return errors.New("another leaf in the tile")
	}
	made, err := tlog.ProveRecord(tree.N, asked.Index, reader)
	if err != nil {
		return err
	}
	grown, err := tlog.ProveTree(tree.N, before.N, reader)
	if err != nil {
		return err
	}
	if fmt.Sprint(made) != fmt.Sprint(inclusion) || fmt.Sprint(grown) != fmt.Sprint(consistency) {
		return errors.New("other proofs out of the tiles")
	}
	return nil
}

func checkpoint(text, origin string) (tlog.Tree, error) {
	lines := strings.Split(text, "\n")
	if len(lines) != 4 || lines[0] != origin || lines[3] != "" {
		return tlog.Tree{}, errors.New("not a checkpoint of this log")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return tlog.Tree{}, err
	}
	root, err := tlog.ParseHash(lines[2])
	return tlog.Tree{N: size, Hash: root}, err
}

func hashes(told [][]byte) []tlog.Hash {
	found := make([]tlog.Hash, len(told))
	for at, one := range told {
		copy(found[at][:], one)
	}
	return found
}

// tiles by their path in tlog-tiles, which is that of tlog without the height.
type tiles map[string][]byte

func (t tiles) Height() int                     { return 8 }
func (t tiles) SaveTiles([]tlog.Tile, [][]byte) {}
func (t tiles) ReadTiles(asked []tlog.Tile) ([][]byte, error) {
	found := make([][]byte, len(asked))
	for at, one := range asked {
		path := strings.Replace(one.Path(), "tile/8/", "tile/", 1)
		data, ok := t[path]
		if !ok {
			return nil, errors.New("no tile " + path)
		}
		found[at] = data
	}
	return found, nil
}

// cosigner checks cosignatures of type 0x04 (C2SP tlog-cosignature); note has the rest.
type cosigner struct {
	name string
	hash uint32
	key  ed25519.PublicKey
}

func newCosigner(vkey string) (*cosigner, error) {
	parts := strings.SplitN(vkey, "+", 3)
	if len(parts) != 3 {
		return nil, errors.New("not a verifier key")
	}
	hash, err := strconv.ParseUint(parts[1], 16, 32)
	if err != nil {
		return nil, err
	}
	key, err := base64.StdEncoding.DecodeString(parts[2])
	if err != nil || len(key) != 33 || key[0] != 4 {
		return nil, errors.New("not a cosigner's key")
	}
	return &cosigner{parts[0], uint32(hash), key[1:]}, nil
}

func (c *cosigner) Name() string    { return c.name }
func (c *cosigner) KeyHash() uint32 { return c.hash }
func (c *cosigner) Verify(msg, sig []byte) bool {
	if len(sig) != 8+ed25519.SignatureSize {
		return false
	}
	var signed bytes.Buffer
	fmt.Fprintf(&signed, "cosignature/v1\ntime %d\n%s", binary.BigEndian.Uint64(sig), msg)
	return ed25519.Verify(c.key, signed.Bytes(), sig[8:])
}
