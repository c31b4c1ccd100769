// Sealed files of suite K1, opened and sealed by npm age-encryption.
//
// Usage: age_interop.mjs open IDENTITY FILE OUT
//        age_interop.mjs unlock PASSPHRASE FILE OUT
//        age_interop.mjs seal PLAIN OUT RECIPIENT...
//
// IDENTITY and RECIPIENT are files with a key in text form, PASSPHRASE is one with a line of text. A message part is FILE
// if header and payload are put together; a secret of a node's key store is a FILE to unlock.

import { readFileSync, writeFileSync } from "node:fs";
import { Decrypter, Encrypter } from "age-encryption";

const [command, ...args] = process.argv.slice(2);
const text = (path) => readFileSync(path, "utf8").trim();

try {
  if ((command === "open" || command === "unlock") && args.length === 3) {
    const [secret, file, out] = args;
    const decrypter = new Decrypter();
    if (command === "open") decrypter.addIdentity(text(secret));
    else decrypter.addPassphrase(text(secret));
    writeFileSync(out, await decrypter.decrypt(readFileSync(file)));
  } else if (command === "seal" && args.length >= 3) {
    const [plain, out, ...recipients] = args;
    const encrypter = new Encrypter();
    recipients.forEach((path) => encrypter.addRecipient(text(path)));
    writeFileSync(out, await encrypter.encrypt(readFileSync(plain)));
  } else {
    console.error(
      "usage: age_interop.mjs open IDENTITY FILE OUT | unlock PASSPHRASE FILE OUT | seal PLAIN OUT RECIPIENT...",
    );
    process.exitCode = 2;
  }
} catch (reason) {
  console.error(`rejected: ${reason.message}`);
  process.exitCode = 1;
}
