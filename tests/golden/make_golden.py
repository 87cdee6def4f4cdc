# Makes pytorch.txt: exports each run of golden_runs.hpp as a PyTorch script, runs it, keeps its batch losses.
# Needs Debian's python3-torch; `./dev bless` calls it. Arguments: downhill, downhill_random, python with torch, output
import subprocess
import sys
import tempfile

downhill, runs, python, out = sys.argv[1:]
version = subprocess.run([python, '-c', 'import torch; print(torch.__version__)'], capture_output=True, text=True, check=True).stdout.strip()
lines = [f'# Batch losses by PyTorch {version}; made by make_golden.py, remade by ./dev bless']
with tempfile.TemporaryDirectory() as folder:
    for run in subprocess.run([runs, 'golden'], capture_output=True, text=True, check=True).stdout.splitlines():
        name, experiment = run.split('\t')
        with open(f'{folder}/experiment.json', 'w') as file:
            file.write(experiment)
        subprocess.run([downhill, 'export', f'{folder}/experiment.json', '--out', f'{folder}/script.py'], check=True)
        rows = subprocess.run([python, f'{folder}/script.py'], capture_output=True, text=True, check=True).stdout.split()
        lines.append(name + '\t' + ' '.join(row.split(',')[1] for row in rows[1:]))
        print(name, file=sys.stderr)
with open(out, 'w') as file:
    file.write('\n'.join(lines) + '\n')
