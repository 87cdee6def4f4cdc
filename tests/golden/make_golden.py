# Makes pytorch.txt and surfaces.txt: exports each run of golden_runs.hpp and surface_runs.hpp as a PyTorch script, runs it, keeps
# its batch losses, or of a path the places and heights after some steps.
# Needs Debian's python3-torch; `./dev bless` calls it. Arguments: downhill, downhill_random, python with torch, folder for the files
import json
import subprocess
import sys
import tempfile

downhill, runs, python, out = sys.argv[1:]
STEPS = [1, 2, 5, 10, 20, 50, 100, 150, 200]
# One process for all scripts: loading torch takes longer than most of them.
RUN_ALL = '''
import contextlib, io, json, runpy, sys
outputs, scripts, sys.argv = [], sys.argv[1:], ['script.py']
for script in scripts:
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        runpy.run_path(script)
    outputs.append(printed.getvalue())
print(json.dumps(outputs))
'''


def output(*words):
    return subprocess.run(words, stdout=subprocess.PIPE, text=True, check=True).stdout


def write(file, title, which, kept):
    names, scripts = [], []
    for run in output(runs, which).splitlines():
        name, document = run.split('\t')
        names.append(name)
        scripts.append(f'{folder}/{which}{len(scripts)}.py')
        with open(f'{folder}/document.json', 'w') as content:
            content.write(document)
        output(downhill, 'export', f'{folder}/document.json', '--out', scripts[-1])
    lines = [f'# {title} by PyTorch {version}; made by make_golden.py, remade by ./dev bless']
    for name, printed in zip(names, json.loads(output(python, '-c', RUN_ALL, *scripts))):
        lines.append(name + '\t' + ' '.join(kept([row.split(',') for row in printed.splitlines()[1:]])))
    with open(f'{out}/{file}', 'w') as content:
        content.write('\n'.join(lines) + '\n')


version = output(python, '-c', 'import torch; print(torch.__version__)').strip()
with tempfile.TemporaryDirectory() as folder:
    write('pytorch.txt', 'Batch losses', 'golden', lambda rows: [row[1] for row in rows])
    write('surfaces.txt', 'Paths (step, x, y, f)', 'surfaces', lambda rows: [' '.join(rows[step][-4:]) for step in STEPS])
