"""Format twins: tiny synthetic copies of public data sets in the exact layout of their releases.

The data sets themselves may not be passed on. A twin has their folders, file names, sheets and oddities,
and rendered faces with exact truth, so that importers are tested from end to end without any licence.

    model                  videos, events, sheets: what happens, what is written, what should be read
    casme2sq ... casme2    one module per data set: `plan(scene)`
    motion, frames         the plan as movement and as picture files
    books, truth, readme, contact_sheet    the other files
    render                 all of it for a folder, resumable
"""
