#!/usr/bin/env python3
"""Vérifie le journal scellé du cadastre, sans réseau / Checks the cadastre's sealed log, offline.

    python3 verify_register.py FILE [--key KEY] [--head SAVED.json] [--issued PROOF.json]

FILE   certificat PDF, proof.json d'un récépissé, preuve, tête signée ou journal (log.ndjson)
       a certificate (PDF), a receipt's proof.json, a proof, a signed head, or the log (log.ndjson)
--key  clé publique attendue, en base64 : prenez-la d'une feuille imprimée, pas du fichier
       public key you expect, base64: take it from a printed sheet, not from the file
--head tête signée que vous aviez gardée : le journal doit la contenir encore
       signed head you kept earlier: the log must still contain it
--issued  avec un PDF, la preuve de sa page de vérification : aucun octet du PDF n'a changé
       with a PDF, the proof from its verification page: no byte of the PDF was changed
Codes : 0 bon / sound, 1 faute / fault, 2 illisible / unreadable.
One file, standard library only: read it before you trust it.  RFC 9162 (tree), RFC 8032 (Ed25519).
"""

import argparse
import base64
import hashlib
import json
import re
import sys
import zlib


class Fault(Exception):
    """What is wrong, in French and in English."""


def sha256(data):
    return hashlib.sha256(data).digest()


def leaf_hash(entry):
    return sha256(b"\x00" + entry.encode())


def node_hash(left, right):
    return sha256(b"\x01" + left + right)


# --- Ed25519, RFC 8032 section 5.1.7 -----------------------------------------------------------
P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
SQRT_M1 = pow(2, (P - 1) // 4, P)


def point(data):
    """Read 32 bytes as a point in extended coordinates; None when they are none."""
    sign, y = divmod(int.from_bytes(data, "little"), 2**255)
    x2 = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(x2, (P + 3) // 8, P)
    x = x * SQRT_M1 % P if (x * x - x2) % P else x
    x = P - x if x & 1 != sign else x
    is_none = y >= P or (x * x - x2) % P or (x % P == 0 and sign)
    return None if is_none else (x, y, 1, x * y % P)


def add(one, other):
    a = (one[1] - one[0]) * (other[1] - other[0]) % P
    b = (one[1] + one[0]) * (other[1] + other[0]) % P
    c = 2 * one[3] * other[3] * D % P
    d = 2 * one[2] * other[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def times(factor, base):
    total = (0, 1, 1, 0)
    while factor:
        total = add(total, base) if factor & 1 else total
        base = add(base, base)
        factor >>= 1
    return total


BASE = point((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))


def is_signed(public_key, message, signature):
    """Tell whether the owner of a key signed a message."""
    a, r = point(public_key), point(signature[:32])
    s = int.from_bytes(signature[32:], "little")
    if len(public_key) != 32 or len(signature) != 64 or a is None or r is None or s >= L:
        return False
    h = int.from_bytes(hashlib.sha512(signature[:32] + public_key + message).digest(), "little") % L
    (x1, y1, z1, _), (x2, y2, z2, _) = times(s, BASE), add(r, times(h, a))
    return (x1 * z2 - x2 * z1) % P == 0 and (y1 * z2 - y2 * z1) % P == 0


# --- Tree, RFC 9162 section 2.1 ----------------------------------------------------------------
def climb(hashed, node, last, path):
    """Climb to the root: by the neighbours on the left alone, and by all; None off the tree."""
    one = other = hashed
    for step in path:
        if last == 0:
            return None, None
        if node & 1 or node == last:
            one, other = node_hash(step, one), node_hash(step, other)
            while node and not node & 1:
                node, last = node >> 1, last >> 1
        else:
            other = node_hash(other, step)
        node, last = node >> 1, last >> 1
    return (one, other) if last == 0 else (None, None)


def root_by_inclusion(hashed, index, size, path):
    """Climb from a leaf along a path; None when the path does not fit the place."""
    return climb(hashed, index, size - 1, path)[1] if 0 <= index < size else None


def is_consistent(first, second, first_root, second_root, path):
    """Tell whether the tree of the second size only adds to that of the first."""
    if first == second:
        return not path and first_root == second_root
    if not 0 < first < second or not path:
        return False
    steps = [first_root, *path] if first & (first - 1) == 0 else path
    node, last = first - 1, second - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    return climb(steps[0], node, last, steps[1:]) == (first_root, second_root)


def append(parts, hashed):
    """Add a leaf to a tree, held as its complete subtrees: (leaves covered, hash), in order."""
    count = 1
    while parts and parts[-1][0] == count:
        hashed, count = node_hash(parts.pop()[1], hashed), 2 * count
    parts.append((count, hashed))


def root_of(parts):
    """Give the root of a tree held as its complete subtrees."""
    hashed = parts[-1][1] if parts else sha256(b"")
    for _, left in reversed(parts[:-1]):
        hashed = node_hash(left, hashed)
    return hashed


# --- What is checked ---------------------------------------------------------------------------
def need(condition, french, english):
    """Stop with a sentence in both languages unless a condition holds."""
    if not condition:
        raise Fault(f"FAUTE : {french}\nFAULT: {english}")


def plain(text):
    return base64.b64decode(text, validate=True)


def check_head(head, key, saved=None):
    """Check a signed head: its lines say what its fields say, and the expected key signed them."""
    size, root, its_key = head["size"], plain(head["root"]), plain(head["public_key"])
    form, _, *lines = head["text"].split("\n")
    said = ["cadastre-log/1", str(size), head["root"], head["signed_at"], ""]
    need([form, *lines] == said, f"tête {size} : le texte signé dit autre chose.",
         f"head {size}: the signed text says something else.")
    need(key in (None, its_key), f"tête {size} : signée d'une autre clé que la vôtre.",
         f"head {size}: signed with another key than yours.")
    need(is_signed(its_key, head["text"].encode(), plain(head["signature"])),
         f"tête {size} : la signature est fausse.", f"head {size}: the signature is wrong.")
    need(saved is None or saved[0] != size or saved[1] == root,
         f"la tête {size} n'est plus celle que vous aviez gardée.",
         f"head {size} is no longer the one you kept.")
    return size, root


def check_inclusion(proof, key, saved):
    """Check that an entry, and the receipt given with it, stand in a signed log."""
    size, root = check_head(proof["head"], key, saved)
    index, entry, path = proof["index"], json.loads(proof["entry"]), map(plain, proof["path"])
    need(root_by_inclusion(leaf_hash(proof["entry"]), index, size, path) == root,
         f"entrée {index} : elle n'est pas dans le journal signé.",
         f"entry {index}: it is not in the signed log.")
    prints, (what, number) = [print_ for _, print_ in entry["ground"]], entry["subject"]
    for name, said in ((name, proof[name]) for name in ("receipt", "certificate") if name in proof):
        if name == "receipt":
            told = what, number, entry["facts"]["rank"], prints
            agrees = told == ("application", said["number"], said["rank"], [said["fingerprint"]])
        else:
            agrees = what != "title" or number == said["number"]
            agrees = agrees and set(said.get("fingerprints", [])) <= set(prints)
        need(agrees, f"entrée {index} : elle ne dit pas ce que dit le papier.",
             f"entry {index}: it does not say what the {name} says.")
    return f"entrée / entry {index} : {entry['act']} {' '.join(entry['subject'])}, {entry['at']}"


def check_consistency(proof, key, saved):
    """Check that a log was only added to between two signed heads."""
    first, one = check_head(proof["first"], key, saved)
    second, other = check_head(proof["second"], key, saved)
    need(is_consistent(first, second, one, other, list(map(plain, proof["path"]))),
         f"le journal de {second} entrées ne prolonge pas celui de {first} : passé réécrit.",
         f"the log of {second} entries does not extend that of {first}: the past was rewritten.")
    return f"{first} -> {second}"


def check_export(export, lines, key, saved):
    """Check a whole log: every entry, every head on the way, and a head kept earlier."""
    size, due = export["size"], {}
    for known, root in [check_head(head, key, saved) for head in export["heads"]] + [saved]:
        due.setdefault(known, []).append(root)
    need(max(due) <= size, "le journal est plus court que sa tête ou la vôtre.",
         "the log is shorter than its head or yours.")
    parts, index, sound = [], 0, 0
    for line in lines:
        row = json.loads(line)
        need(row["index"] == index, f"entrée {index} : elle manque.", f"entry {index}: missing.")
        hashed = leaf_hash(row["entry"])
        need(hashed == plain(row["leaf"]), f"entrée {index} : son contenu a été modifié.",
             f"entry {index}: its content was altered.")
        append(parts, hashed)
        index += 1
        if index in due:
            need(due[index] == [root_of(parts)] * len(due[index]),
                 f"entrées {sound} à {index - 1} : l'une a été modifiée avant l'export.",
                 f"entries {sound} to {index - 1}: one was altered before the export.")
            sound = index
    need(index == size, f"entrée {index} : elle manque.", f"entry {index}: missing.")
    need(sound == size, f"entrées {sound} et suivantes : aucune tête ne les signe.",
         f"entries from {sound} on: no head signs them.")
    return f"{size} entrées / entries, {len(export['heads'])} têtes / heads"


def embedded_proof(pdf):
    """Take the proof out of a certificate: the attached file that is one."""
    for found in re.finditer(rb"/EmbeddedFile\b.{0,400}?/Length (\d+)>>\s*stream\r?\n", pdf, re.S):
        packed = pdf[found.end() : found.end() + int(found[1])]
        content = zlib.decompressobj().decompress(packed, 10_000_000)
        if b"cadastre-proof/1" in content:
            return json.loads(content)
    raise Fault("FAUTE : ce PDF ne porte aucune preuve.\nFAULT: this PDF carries no proof.")


def check_certificate(pdf, issued, key, saved):
    """Check the proof inside a certificate and, with the proof of its issue, every byte of it."""
    said = check_inclusion(embedded_proof(pdf), key, saved)
    if issued is None:
        return f"{said}\n(--issued : octets non comparés / bytes not compared)"
    also, facts = check_inclusion(issued, key, saved), json.loads(issued["entry"])["facts"]
    need(facts["sha256"] == hashlib.sha256(pdf).hexdigest(),
         "ce PDF n'est pas celui qui a été délivré : un octet au moins diffère.",
         "this PDF is not the one that was issued: one byte at least differs.")
    return f"{said}\n{also}"


def check(path, key, saved, issued=None):
    """Check a file of any of the five sorts; say what was found sound."""
    with open(path, "rb") as file:
        line = file.readline()
        if line.startswith(b"%PDF-"):
            return check_certificate(line + file.read(), issued, key, saved)
        try:
            given = json.loads(line)
        except ValueError:  # a proof printed over several lines
            given = json.loads(line + file.read())
        if given.get("form") == "cadastre-log-export/1":
            return check_export(given, file, key, saved)
    if given.get("form") == "cadastre-proof/1":
        kinds = {"inclusion": check_inclusion, "consistency": check_consistency}
        return kinds[given["proof"]](given, key, saved)
    return f"tête / head {check_head(given, key, saved)[0]}"


def main():
    """Check what is named on the command line."""
    parser = argparse.ArgumentParser(usage=__doc__)
    for name in ("file", "--key", "--head", "--issued"):
        parser.add_argument(name)
    given = parser.parse_args()
    saved, issued = (0, sha256(b"")), None
    try:
        key = plain(given.key) if given.key else None
        if given.head:
            with open(given.head, encoding="utf-8") as file:
                saved = check_head(json.load(file), key)
        if given.issued:
            with open(given.issued, encoding="utf-8") as file:
                issued = json.load(file)
        print(f"BON / SOUND: {check(given.file, key, saved, issued)}")
    except Fault as fault:
        print(fault)
        return 1
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError,
            zlib.error) as error:
        print(f"ILLISIBLE / UNREADABLE: {given.file} ({type(error).__name__}: {error})")
        return 2
    if key is None:
        print("La clé vient du fichier lui-même : comparez-la à une feuille imprimée (--key).")
        print("The key comes from the file itself: compare it with a printed sheet (--key).")
    return 0


if __name__ == "__main__":
    sys.exit(main())
