"""Numerical algebraic geometry of networks: batched path tracking, monodromy, trace test, certification.

What other rooms call:

    slices.solve_slice(parametrization, seed, execution) -> Solutions       the degree
    critical.solve_critical(parametrization, metric, seed, execution)       critical points of a loss
    critical.track_to_targets(solutions, targets) -> EndPoints              from a generic target to given ones
    special_targets.ends_at(system, points, data, target) -> Ends           to one that may be special
    fibers.solve_fiber(parametrization, seed, execution) -> FiberSolutions  the generic fibre in the gauge
    solve_system.solve_polynomials(polynomials, seed) -> SystemSolutions    any square system
    certification.certify(system, points, data) -> list[Certificate]        proofs, point by point
    gauge_certification.certify_in_gauge(system, points, data)              the same for points of fibres
    execution.Execution(jobs, scheduler, journal, progress, limit)          where and how long
    solutions.write_json / read_json / write_bertini / read_bertini         files

Below them: `evaluation` (a straight-line program with first and second derivatives in batches),
`function_space` (coordinates on functions from values at samples), `systems` and `polynomials`
(the equations), `tracker`, `endgame`, `monodromy`, `trace_test`, `point_table`.

A count whose trace test passed is `numerical`; the number of certified and distinct solutions is a
proved lower bound, "certified below and numerical above".
"""
