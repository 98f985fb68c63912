/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.storm.load;

import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import org.tminus.demo.data.InputTensors;
import org.tminus.failure.DeadlineExceededException;
import org.tminus.failure.TminusException;
import org.tminus.inference.InferenceRequest;
import org.tminus.inference.InferenceResult;
import org.tminus.inference.InferenceService;
import org.tminus.inference.Trace;
import org.tminus.policy.Budget;
import org.tminus.storm.load.RequestMix.Draft;
import org.tminus.storm.load.RequestMix.Way;
import org.tminus.storm.load.Tally.Count;
import org.tminus.tensor.ElementType;
import org.tminus.tensor.HostTensor;
import org.tminus.tensor.Shape;

/** Sends one request after the other, and sees what becomes of each. */
final class Client implements Runnable {
    /** Longer than several calls in a row that hang. */
    private static final Duration DEADLINE = Duration.ofSeconds(60);
    /** A request that has no answer by then is lost. */
    private static final Duration LOST = Duration.ofMinutes(2);

    private final InferenceService service;
    private final Target target;
    private final InputTensors inputs;
    private final RequestMix mix;
    private final AnswerChecker checker;
    private final Tally tally;
    private final BooleanSupplier goesOn;

    /**
     * Whom to ask for what.
     *
     * @param model its name
     * @param output the one that is compared
     * @param width how many values it has per row
     */
    record Target(String model, String output, int width) {}

    Client(
            InferenceService service,
            Target target,
            InputTensors inputs,
            RequestMix mix,
            AnswerChecker checker,
            Tally tally,
            BooleanSupplier goesOn) {
        this.service = service;
        this.target = target;
        this.inputs = inputs;
        this.mix = mix;
        this.checker = checker;
        this.tally = tally;
        this.goesOn = goesOn;
    }

    @Override
    public void run() {
        while (goesOn.getAsBoolean()) {
            Draft draft = mix.next();
            tally.add(Count.REQUESTS);
            long sent = System.nanoTime();
            try (InferenceResult result = send(draft, request(draft))) {
                tally.latencies().record(System.nanoTime() - sent);
                look(result, draft);
            } catch (CancellationException e) {
                tally.add(Count.CANCELLED);
            } catch (InterruptedException e) {
                tally.add(Count.CANCELLED);
                Thread.currentThread().interrupt();
                return;
            } catch (ExecutionException e) {
                failed(draft, e.getCause() == null ? e : e.getCause());
            } catch (TimeoutException | TminusException | RuntimeException | Error e) {
                failed(draft, e);
            }
        }
    }

    private InferenceRequest request(Draft draft) {
        InferenceRequest.Builder request = InferenceRequest.builder(target.model())
                .input(inputs.name(), batch(draft.inputs()))
                .outputs(target.output());
        if (draft.policy() != null) {
            request.policy(draft.policy());
        }
        if (!Double.isNaN(draft.flopsRatio())) {
            request.budget(Budget.ofFlopsRatio(draft.flopsRatio()));
        }
        if (draft.way() == Way.DEADLINE) {
            request.deadline(DEADLINE);
        }
        if (draft.way() == Way.INTO) {
            Shape shape = Shape.of(draft.inputs().length, target.width());
            request.outputInto(target.output(), HostTensor.allocate(ElementType.FLOAT32, shape));
        }
        return request.build();
    }

    private HostTensor batch(int[] rows) {
        if (rows.length == 1) {
            return inputs.tensor(rows[0]);
        }
        HostTensor batch =
                HostTensor.allocate(ElementType.FLOAT32, inputs.rowShape().withBatch(rows.length));
        var values = batch.writableBuffer().asFloatBuffer();
        for (int row : rows) {
            values.put(inputs.floats(row));
        }
        return batch;
    }

    private InferenceResult send(Draft draft, InferenceRequest request)
            throws TminusException, InterruptedException, ExecutionException, TimeoutException {
        if (draft.way() == Way.INFER || draft.way() == Way.INTO) {
            return service.infer(request);
        }
        CompletableFuture<InferenceResult> future = service.submit(request);
        if (draft.way() != Way.CANCEL) {
            return future.get(LOST.toSeconds(), TimeUnit.SECONDS);
        }
        try {
            return future.get(draft.patienceNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            future.cancel(true);
            // Its answer may have come at the same moment, and counts then.
            return future.get(LOST.toSeconds(), TimeUnit.SECONDS);
        }
    }

    private void look(InferenceResult result, Draft draft) {
        String wrong = checker.check(result, draft.inputs());
        if (wrong != null) {
            tally.add(Count.WRONG);
            tally.sample("Wrong answer", wrong);
        }
        Set<String> sentences = new LinkedHashSet<>();
        boolean bad = false;
        for (Trace trace : result.traces()) {
            sentences.addAll(trace.fallbacks());
            bad |= Weights.of(trace.modelVersion()) == Weights.BAD;
        }
        if (bad) {
            tally.add(Count.BAD_VERSION);
        }
        for (String sentence : sentences) {
            FallbackCause cause = FallbackCause.of(sentence);
            tally.add(cause);
            if (cause == FallbackCause.UNEXPLAINED) {
                tally.sample("Unexplained fall-back", sentence);
            }
        }
    }

    private void failed(Draft draft, Throwable failure) {
        tally.add(Count.FAILED);
        if (failure instanceof DeadlineExceededException) {
            tally.add(Count.TIMED_OUT);
        }
        tally.sample(
                "Failed request",
                draft.way() + ", " + draft.inputs().length + " rows, policy " + draft.policy() + ": " + failure);
    }
}
