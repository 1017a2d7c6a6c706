"""For the children of Twisted's tests of standard input and output: see ../standard_io.py."""
import os
import sys

sys.path.insert(1, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

import ours

ours.installStandardIO()
