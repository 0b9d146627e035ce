package secret

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/doorward/doorward/internal/fault"
)

const (
	pepperFile  = "pepper"
	sealingFile = "sealing-key"
	othersMask  = 0o077
)

// OpenKeys reads the pepper and the sealing key from dir, and makes both when dir has neither and mayCreate: they
// are for a new installation, since no other keys can verify what a store holds already.
//
// A file is one line, "doorward-pepper-v1:" or "doorward-sealing-key-v1:" and 64
// lower-case hex digits; the directory is 0700 and its files are 0600. Processes
// that open one directory at the same time end with the same keys. A fault names
// the file and what to do: only one of two files, permissions wider than the
// owner's, or a file that is not as described.
func OpenKeys(dir string, mayCreate bool) (keys *Keys, created bool, err error) {
	if !mayCreate && !exists(dir, pepperFile) && !exists(dir, sealingFile) {
		return nil, false, keyFault("keys-missing", nil, "There are no keys in %s, and the store was made with some: restore the keys directory that belongs to it, or name it with --keys. Nothing was created.", dir)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, false, keyFault("keys-unreadable", err, "The keys directory %s cannot be made.", dir)
	}
	lock, err := lockDirectory(dir)
	if err != nil {
		return nil, false, err
	}
	defer lock.Close()
	hasPepper, hasSealing := exists(dir, pepperFile), exists(dir, sealingFile)
	switch {
	case !hasPepper && !hasSealing:
		keys, err = createKeys(dir)
		return keys, err == nil, err
	case !hasPepper:
		return nil, false, missingKey(dir, pepperFile, sealingFile)
	case !hasSealing:
		return nil, false, missingKey(dir, sealingFile, pepperFile)
	}
	keys, err = readKeys(dir)
	return keys, false, err
}

// lockDirectory is held while keys are read or made, so that a second process
// never sees one file of two or half a line; it ends with the descriptor.
func lockDirectory(dir string) (*os.File, error) {
	handle, err := os.Open(dir)
	if err != nil {
		return nil, keyFault("keys-unreadable", err, "The keys directory %s cannot be opened.", dir)
	}
	if err := ownerOnly(handle, dir, "700"); err != nil {
		return nil, errors.Join(err, handle.Close())
	}
	for {
		err = syscall.Flock(int(handle.Fd()), syscall.LOCK_EX)
		if !errors.Is(err, syscall.EINTR) {
			break
		}
	}
	if err != nil {
		return nil, errors.Join(keyFault("keys-unreadable", err, "The keys directory %s cannot be locked.", dir), handle.Close())
	}
	return handle, nil
}

func exists(dir, name string) bool {
	_, err := os.Lstat(filepath.Join(dir, name))
	return !errors.Is(err, fs.ErrNotExist)
}

func readKeys(dir string) (*Keys, error) {
	pepper, err := readKey(dir, pepperFile)
	if err != nil {
		return nil, err
	}
	sealing, err := readKey(dir, sealingFile)
	if err != nil {
		return nil, err
	}
	return KeysFrom(pepper, sealing), nil
}

func readKey(dir, name string) (key [keyBytes]byte, err error) {
	path := filepath.Join(dir, name)
	file, err := os.Open(path)
	if err != nil {
		return key, keyFault("keys-unreadable", err, "The key file %s cannot be opened.", path)
	}
	defer file.Close()
	if err := ownerOnly(file, path, "600"); err != nil {
		return key, err
	}
	line, err := io.ReadAll(io.LimitReader(file, 256))
	if err != nil {
		return key, keyFault("keys-unreadable", err, "The key file %s cannot be read.", path)
	}
	digits, ok := strings.CutPrefix(string(line), keyHeader(name))
	digits, ended := strings.CutSuffix(digits, "\n")
	if !ok || !ended || len(digits) != 2*keyBytes || !onlyOf(digits, lowerHex) {
		return key, keyFault("key-malformed", nil, "The key file %s is damaged or not a %s: restore it from its backup.", path, name)
	}
	_, err = hex.Decode(key[:], []byte(digits))
	return key, err
}

func createKeys(dir string) (*Keys, error) {
	var pepper, sealing [keyBytes]byte
	_, _ = rand.Read(pepper[:])
	_, _ = rand.Read(sealing[:])
	err := errors.Join(createKey(dir, pepperFile, pepper), createKey(dir, sealingFile, sealing))
	if err == nil {
		err = errors.Join(syncDirectory(dir), syncDirectory(filepath.Dir(dir)))
	}
	if err != nil {
		// Nobody has used them: the lock is still ours, and half a pair would be refused from now on.
		_ = os.Remove(filepath.Join(dir, pepperFile))
		_ = os.Remove(filepath.Join(dir, sealingFile))
		return nil, keyFault("keys-not-created", err, "The keys cannot be written to %s.", dir)
	}
	return KeysFrom(pepper, sealing), nil
}

func createKey(dir, name string, key [keyBytes]byte) error {
	file, err := os.OpenFile(filepath.Join(dir, name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = io.WriteString(file, keyHeader(name)+hex.EncodeToString(key[:])+"\n")
	return errors.Join(err, file.Sync(), file.Close())
}

func syncDirectory(dir string) error {
	handle, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(handle.Sync(), handle.Close())
}

func keyHeader(name string) string { return "doorward-" + name + "-v1:" }

func ownerOnly(file *os.File, path, wanted string) error {
	info, err := file.Stat()
	if err != nil {
		return keyFault("keys-unreadable", err, "The permissions of %s cannot be read.", path)
	}
	if info.Mode().Perm()&othersMask != 0 {
		return keyFault("keys-exposed", nil, "Others than the owner can reach %s (mode %04o): run chmod %s %s, and replace the keys if others may have read them.",
			path, info.Mode().Perm(), wanted, path)
	}
	return nil
}

func missingKey(dir, missing, present string) error {
	return keyFault("key-missing", nil,
		"The key file %s is missing beside %s: restore it from the backup; only if the store is new and empty, remove %s and start again.",
		filepath.Join(dir, missing), present, present)
}

func keyFault(reason string, cause error, format string, args ...any) error {
	return &fault.Error{Kind: fault.Unmet, Reason: reason, Message: fmt.Sprintf(format, args...), Cause: cause}
}
