"""Any registered model on any film: `bench spot`.

    film ──► face crops as the model learnt them ──► clips ──► the model ──► segments on the film

`film` builds the clips, `kept` keeps what a model learnt, `found` puts its answers on the film's time line,
`output` writes them, `spot` is all of it.
"""
