/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.tck;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Exchanger;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.tminus.failure.TminusException;
import org.tminus.model.AdaptiveModel;
import org.tminus.model.ExitId;
import org.tminus.model.Path;
import org.tminus.policy.Checkpoint;
import org.tminus.policy.Decision;
import org.tminus.policy.Policy;
import org.tminus.policy.PolicyContext;
import org.tminus.policy.PolicyRun;

/** For each test of the contract a policy that is good but for one thing. */
class BrokenPoliciesTest {
    private static Policy broken = new Good();

    static class Contract extends PolicyContract {
        @Override
        protected Policy policy() {
            return broken;
        }
    }

    private record Case(String test, String words, Policy policy) {}

    @TestFactory
    Stream<DynamicTest> isFound() {
        return cases().stream()
                .map(broke -> DynamicTest.dynamicTest(broke.test() + ": " + broke.words(), () -> {
                    broken = broke.policy();
                    Verdict.expectFinding(Contract.class, broke.test(), broke.words());
                }));
    }

    private static List<Case> cases() {
        return List.of(
                new Case("decidesForEachRow", "decided for 1 rows", new Good() {
                    @Override
                    List<Decision> first(PolicyContext context) {
                        return List.of(Decision.run(context.allowedPaths().get(0)));
                    }
                }),
                new Case("decidesForEachRow", "refused all", new Good() {
                    @Override
                    List<Decision> first(PolicyContext context) throws TminusException {
                        throw new TminusException("It never works.", "Take another one.");
                    }
                }),
                new Case("decidesForEachRow", "there is no exit", new Good() {
                    @Override
                    List<Decision> first(PolicyContext context) {
                        return all(context, asking(path(context)));
                    }

                    @Override
                    Decision next(Checkpoint checkpoint, int row) {
                        return Decision.stop(new ExitId("no such exit"));
                    }
                }),
                new Case("choosesWithinEverySubset", "One of the allowed paths", new Good() {
                    @Override
                    Path path(PolicyContext context) {
                        return context.model().fullDepth();
                    }
                }),
                new Case("decidesTheSameAgain", "and later as", new Good() {
                    private final AtomicInteger count = new AtomicInteger();

                    @Override
                    Path path(PolicyContext context) {
                        List<Path> paths = context.allowedPaths();
                        return paths.get(count.getAndIncrement() % paths.size());
                    }
                }),
                new Case("decidesInManyThreads", "In many threads at once", new Swapping()),
                new Case("survivesNonsense", "it threw java.lang.IllegalStateException", new Good() {
                    @Override
                    List<Decision> first(PolicyContext context) {
                        return all(context, asking(path(context)));
                    }

                    @Override
                    Decision next(Checkpoint checkpoint, int row) throws TminusException {
                        if (Float.isNaN(checkpoint.confidence(row))) {
                            throw new IllegalStateException("Impossible");
                        }
                        return Decision.goOn();
                    }
                }),
                new Case("statesItsCost", "is -1", new Good() {
                    @Override
                    public long flopsPerRow(AdaptiveModel model) {
                        return -1;
                    }
                }),
                new Case("closesAnytime", "Closing a run threw", new Good() {
                    @Override
                    void close(int times) {
                        if (times > 1) {
                            throw new IllegalStateException("Closed already");
                        }
                    }
                }),
                new Case("keepsNothingOfARequest", "still referred", new Good() {
                    private final List<PolicyContext> kept = Collections.synchronizedList(new ArrayList<>());

                    @Override
                    Path path(PolicyContext context) {
                        kept.add(context);
                        return super.path(context);
                    }
                }));
    }

    private static class Good implements Policy {
        @Override
        public long flopsPerRow(AdaptiveModel model) {
            return 0;
        }

        Path path(PolicyContext context) {
            return context.allowedPaths().get(0);
        }

        static Decision asking(Path path) {
            return Decision.run(path).withCheckpoints(path.layers().subList(0, 1));
        }

        static List<Decision> all(PolicyContext context, Decision decision) {
            return Collections.nCopies(context.rows(), decision);
        }

        List<Decision> first(PolicyContext context) throws TminusException {
            return all(context, Decision.run(path(context)));
        }

        Decision next(Checkpoint checkpoint, int row) throws TminusException {
            return Decision.goOn();
        }

        void close(int times) {}

        @Override
        public PolicyRun begin(PolicyContext context) {
            return new PolicyRun() {
                private int closed;

                @Override
                public List<Decision> first() throws TminusException {
                    return Good.this.first(context);
                }

                @Override
                public List<Decision> next(Checkpoint checkpoint) throws TminusException {
                    List<Decision> decisions = new ArrayList<>();
                    for (int row = 0; row < checkpoint.rows(); row++) {
                        decisions.add(Good.this.next(checkpoint, row));
                    }
                    return decisions;
                }

                @Override
                public void close() {
                    closed++;
                    Good.this.close(closed);
                }
            };
        }
    }

    /** Two threads that meet take each other's paths. */
    private static final class Swapping extends Good {
        private final Exchanger<Integer> exchanger = new Exchanger<>();

        @Override
        Path path(PolicyContext context) {
            int own = Math.floorMod(context.seed(), context.allowedPaths().size());
            try {
                return context.allowedPaths().get(exchanger.exchange(own, 2, TimeUnit.MILLISECONDS));
            } catch (TimeoutException e) {
                return context.allowedPaths().get(own);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
