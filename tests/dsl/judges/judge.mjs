// Asks asl-validator and AWS's editor service about every machine of one request.
// stdin: {name: definition}; stdout: {name: {"asl-validator": [complaint], "aws-service": [...]}}.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";

const require = createRequire(import.meta.url);

// asl-validator compiles its schemas anew for every machine, half a second each; here once.
const ajv = require("ajv");
const Ajv = ajv.default;
let schemas;
ajv.default = new Proxy(Ajv, {
  construct(_, options) {
    if (schemas) schemas.addKeyword = () => schemas; // those it adds are there already
    return (schemas ??= new Ajv(...options));
  },
});
const validate = require("asl-validator");

const { getLanguageService } = require("amazon-states-language-service");
const { TextDocument } = require("vscode-languageserver-textdocument");
const service = getLanguageService({});

function byValidator(definition) {
  // It writes into what it is given.
  return validate(structuredClone(definition)).errors.map((error) =>
    [error["Error code"], error.path, error.Message].filter(Boolean).join(" "),
  );
}

async function byService(definition) {
  const text = JSON.stringify(definition, null, 2);
  const document = TextDocument.create("asl.json", "asl", 1, text);
  const found = await service.doValidation(document, service.parseJSONDocument(document));
  return found.map(({ message, range }) => `${range.start.line + 1}: ${message}`);
}

const verdicts = {};
for (const [name, definition] of Object.entries(JSON.parse(readFileSync(0, "utf-8")))) {
  verdicts[name] = {
    "asl-validator": byValidator(definition),
    "aws-service": await byService(definition),
  };
}
process.stdout.write(JSON.stringify(verdicts));
