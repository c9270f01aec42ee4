"""Known micro-expressions (MEs) in real footage: what `wdmd demo --from` does.

    track    landmarks of every frame of a film, once; kept, so that a stopped run resumes
    speech   how much the mouth moves, and a guess from it where the subject speaks
    plan     when which ME happens: amplitude, duration and speech drawn apart from one another
    field    displacement of the skin around the face's own landmarks, per frame
    film     decode, displace, encode; frames without an ME go through untouched
    truth    what was injected, exactly; ELAN projects come from `wdmd_tools.synth.projects`
    inject   all of it for a folder

Only the encoder changes frames without an ME, and a control film without MEs goes through the same encoder,
so what a spotter finds there are its false alarms on this footage.
"""
