"""Holds records, one a line on stdin, to the JSON Schema that is named. Prints the number of each line that does not satisfy it."""
import json
import sys

import jsonschema

with open(sys.argv[1], encoding="utf-8") as file:
    schema = json.load(file)
jsonschema.Draft202012Validator.check_schema(schema)
validator = jsonschema.Draft202012Validator(schema)
for number, line in enumerate(sys.stdin):
    for error in validator.iter_errors(json.loads(line)):
        print(number, error.json_path, error.message)
