/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.benchmarks;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.tminus.backend.BackendSession;
import org.tminus.backend.RunControl;
import org.tminus.backend.RunControls;
import org.tminus.backend.cpu.CpuBackend;
import org.tminus.failure.TminusException;
import org.tminus.model.Path;
import org.tminus.onnxruntime.OnnxRuntimes;
import org.tminus.tensor.Tensor;

/**
 * What a change of path takes on the CPU backend: two prepared paths that take turns, beside each of them alone. The change costs
 * {@code turns} less half of {@code full} and half of {@code half}.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class SwitchBenchmark {
    private Optional<BackendSession> session = Optional.empty();
    private List<Path> paths = List.of();
    private RunControl control = RunControls.forOutputs();
    private int turn;

    /** Prepares full depth and a path of half the menu. */
    @Setup(Level.Trial)
    public void open(ReferenceModel model) throws TminusException {
        BackendSession opened = new CpuBackend(OnnxRuntimes.standalone()).open(model.model());
        session = Optional.of(opened);
        List<Path> menu = model.model().menu();
        paths = List.of(model.model().fullDepth(), menu.get((menu.size() - 1) / 2));
        control = RunControls.forOutputs(
                model.model().signature().outputs().get(0).name());
        for (Path path : paths) {
            opened.prepare(path);
        }
    }

    /** Full depth alone. */
    @Benchmark
    public int full(ReferenceModel model) throws TminusException {
        return run(0, model);
    }

    /** The other path alone. */
    @Benchmark
    public int half(ReferenceModel model) throws TminusException {
        return run(1, model);
    }

    /** One after the other. */
    @Benchmark
    public int turns(ReferenceModel model) throws TminusException {
        turn = 1 - turn;
        return run(turn, model);
    }

    private int run(int path, ReferenceModel model) throws TminusException {
        Map<String, Tensor> outputs = session.orElseThrow().run(paths.get(path), model.inputs(), control);
        outputs.values().forEach(Tensor::close);
        return outputs.size();
    }

    /** Frees the session. */
    @TearDown(Level.Trial)
    public void close() {
        session.ifPresent(BackendSession::close);
    }
}
