/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.tck;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Exchanger;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.tminus.failure.InvalidRequestException;
import org.tminus.failure.TminusException;
import org.tminus.model.AdaptiveModel;
import org.tminus.predictor.Complexity;
import org.tminus.predictor.ComplexityPredictor;
import org.tminus.predictor.PredictionContext;
import org.tminus.tck.internal.policy.PolicyModels;
import org.tminus.tensor.ElementType;
import org.tminus.tensor.HostTensor;
import org.tminus.tensor.Tensor;

/** For each test of the contract a predictor that is good but for one thing. */
class BrokenPredictorsTest {
    private static ComplexityPredictor broken = new Brightness();

    static class Contract extends PredictorContract {
        @Override
        protected ComplexityPredictor predictor() {
            return broken;
        }

        @Override
        protected AdaptiveModel model(Path folder) {
            return PolicyModels.all().get(0);
        }

        @Override
        protected List<AdaptiveModel> unfittingModels(Path folder) {
            return List.of(PolicyModels.all().get(1));
        }
    }

    private record Case(String test, String words, ComplexityPredictor predictor) {}

    @TestFactory
    Stream<DynamicTest> isFound() {
        return cases().stream()
                .map(broke -> DynamicTest.dynamicTest(broke.test() + ": " + broke.words(), () -> {
                    broken = broke.predictor();
                    Verdict.expectFinding(Contract.class, broke.test(), broke.words());
                }));
    }

    @Test
    void aGoodOnePasses() {
        broken = new Brightness();
        for (String test : List.of(
                "supportsItsModel",
                "judgesEachRow",
                "judgesRowsByThemselves",
                "judgesInManyThreads",
                "survivesHostileInputs",
                "statesItsCost",
                "leavesInputsAlone",
                "judgesWhatItSupports",
                "doesNotSupportWhatDoesNotFit")) {
            Verdict.expectNothing(Contract.class, test);
        }
    }

    private static List<Case> cases() {
        return List.of(
                new Case("supportsItsModel", "supports() is false", new Brightness() {
                    @Override
                    public boolean supports(AdaptiveModel model) {
                        return false;
                    }
                }),
                new Case("judgesEachRow", "it gave 1 complexities", new Brightness() {
                    @Override
                    public List<Complexity> predict(PredictionContext context) throws TminusException {
                        return super.predict(context).subList(0, 1);
                    }
                }),
                new Case("judgesEachRow", "classes", new Brightness() {
                    @Override
                    int classes(AdaptiveModel model) {
                        return super.classes(model) + 1;
                    }
                }),
                new Case("judgesRowsByThemselves", "alone was judged", new Brightness() {
                    @Override
                    public List<Complexity> predict(PredictionContext context) throws TminusException {
                        List<Complexity> judged = new ArrayList<>(super.predict(context));
                        Collections.reverse(judged);
                        return judged;
                    }
                }),
                new Case("judgesInManyThreads", "In many threads at once", new Swapping()),
                new Case("survivesHostileInputs", "it threw", new Brightness() {
                    @Override
                    void check(PredictionContext context) {}
                }),
                new Case("statesItsCost", "is -1", new Brightness() {
                    @Override
                    public long flopsPerRow(AdaptiveModel model) {
                        return -1;
                    }
                }),
                new Case("leavesInputsAlone", "wrote into", new Brightness() {
                    @Override
                    public List<Complexity> predict(PredictionContext context) throws TminusException {
                        List<Complexity> judged = super.predict(context);
                        context.inputs().values().forEach(tensor -> ((HostTensor) tensor)
                                .writableBuffer()
                                .putFloat(42));
                        return judged;
                    }
                }),
                new Case("leavesInputsAlone", "still referred", new Brightness() {
                    private final List<PredictionContext> kept = new ArrayList<>();

                    @Override
                    public List<Complexity> predict(PredictionContext context) throws TminusException {
                        kept.add(context);
                        return super.predict(context);
                    }
                }),
                new Case("judgesWhatItSupports", "which it does not judge", new Brightness() {
                    @Override
                    public boolean supports(AdaptiveModel model) {
                        return true;
                    }
                }),
                new Case("doesNotSupportWhatDoesNotFit", "which it does not judge", new Brightness() {
                    @Override
                    public boolean supports(AdaptiveModel model) {
                        return true;
                    }
                }));
    }

    /** Calls bright inputs easy and dark ones hard. */
    private static class Brightness implements ComplexityPredictor {
        @Override
        public boolean supports(AdaptiveModel model) {
            return model.predictor().isPresent()
                    && model.signature().inputs().size() == 1
                    && model.signature().inputs().get(0).elementType().equals(ElementType.FLOAT32);
        }

        @Override
        public long flopsPerRow(AdaptiveModel model) {
            return 16;
        }

        int classes(AdaptiveModel model) {
            return model.predictor().orElseThrow().classes().size();
        }

        void check(PredictionContext context) throws TminusException {
            Tensor pixels = context.inputs().get("pixels");
            if (!supports(context.model())
                    || pixels == null
                    || !pixels.elementType().equals(ElementType.FLOAT32)
                    || pixels.shape().rank() != 4
                    || pixels.shape().dimension(0) != context.rows()) {
                throw new InvalidRequestException("The inputs are no pictures.", "Send pictures.");
            }
        }

        @Override
        public List<Complexity> predict(PredictionContext context) throws TminusException {
            check(context);
            var values = Optional.ofNullable(context.inputs().get("pixels"))
                    .orElseThrow()
                    .buffer()
                    .asFloatBuffer();
            int perRow = values.remaining() / context.rows();
            List<Complexity> judged = new ArrayList<>();
            for (int row = 0; row < context.rows(); row++) {
                float sum = 0;
                for (int index = 0; index < perRow; index++) {
                    sum += values.get(row * perRow + index);
                }
                float[] probabilities = new float[classes(context.model())];
                probabilities[sum > 0 ? 0 : probabilities.length - 1] = 1;
                judged.add(Complexity.ofProbabilities(probabilities));
            }
            return judged;
        }
    }

    /** Two threads that meet take each other's judgements. */
    private static final class Swapping extends Brightness {
        private final Exchanger<List<Complexity>> exchanger = new Exchanger<>();

        @Override
        public List<Complexity> predict(PredictionContext context) throws TminusException {
            List<Complexity> own = super.predict(context);
            try {
                return exchanger.exchange(own, 2, TimeUnit.MILLISECONDS);
            } catch (TimeoutException e) {
                return own;
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
