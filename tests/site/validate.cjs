// Validates the pages named and prints what it finds as JSON: page, rule, message, the line.
"use strict";

const fs = require("fs");
const path = require("path");

const installed = path.resolve(__dirname, "../../.venv/site/node_modules/html-validate");
const { HtmlValidate } = require(installed);

async function main(files) {
    const validator = new HtmlValidate({
        root: true,
        extends: ["html-validate:standard", "html-validate:a11y", "html-validate:document"],
        rules: { "no-dup-id": "error", "no-dup-attr": "error", "close-order": "error", "no-unknown-elements": "error", "require-sri": "off" },
    });
    const found = [];
    for (const page of files) {
        const text = fs.readFileSync(page, "utf8");
        const lines = text.split("\n");
        for (const { messages } of (await validator.validateString(text, page)).results) {
            for (const { ruleId, message, line, column } of messages) {
                const at = Math.max(0, lines[line - 1].lastIndexOf("<", column - 1));
                found.push({ page, rule: ruleId, message, source: lines[line - 1].slice(at, at + 200) });
            }
        }
    }
    console.log(JSON.stringify(found));
}

main(process.argv.slice(2));
