/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.storm.plugin;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.tminus.failure.TminusException;
import org.tminus.model.AdaptiveModel;
import org.tminus.model.ExitId;
import org.tminus.model.LayerId;
import org.tminus.model.Path;
import org.tminus.policy.Checkpoint;
import org.tminus.policy.Decision;
import org.tminus.policy.Policy;
import org.tminus.policy.PolicyContext;
import org.tminus.policy.PolicyRun;
import org.tminus.storm.fault.Fault;
import org.tminus.storm.fault.FaultSource;

/** Decides as another policy does, unless told to misbehave. */
public final class FaultyPolicy implements Policy {
    private static final Path NOWHERE = new Path(List.of(new LayerId("no-such-layer")), ExitId.FINAL);

    private final Policy delegate;
    private final Misbehaviour misbehaviour;

    /** Called by Declarative Services. */
    public FaultyPolicy(Policy delegate, FaultSource source) {
        this.delegate = delegate;
        this.misbehaviour = new Misbehaviour("storm-policy", source);
    }

    /** Called by Declarative Services. */
    public void deactivate() {
        misbehaviour.deactivate();
    }

    @Override
    public long flopsPerRow(AdaptiveModel model) {
        return delegate.flopsPerRow(model);
    }

    @Override
    public PolicyRun begin(PolicyContext context) throws TminusException {
        misbehaviour.next();
        return new FaultyRun(delegate.begin(context));
    }

    private final class FaultyRun implements PolicyRun {
        private final PolicyRun run;

        FaultyRun(PolicyRun run) {
            this.run = run;
        }

        @Override
        public List<Decision> first() throws TminusException {
            Fault fault = misbehaviour.next(EnumSet.of(Fault.HANGS_DEAF, Fault.WRONG_COUNT, Fault.UNKNOWN_PATH));
            return spoilt(run.first(), fault, Decision.run(NOWHERE));
        }

        @Override
        public List<Decision> next(Checkpoint checkpoint) throws TminusException {
            Fault fault = misbehaviour.next(EnumSet.of(Fault.HANGS_DEAF, Fault.WRONG_COUNT, Fault.UNKNOWN_PATH));
            return spoilt(run.next(checkpoint), fault, Decision.stop(new ExitId("no-such-exit")));
        }

        private List<Decision> spoilt(List<Decision> decisions, @Nullable Fault fault, Decision nonsense) {
            if (fault == null) {
                return decisions;
            }
            List<Decision> spoilt = new ArrayList<>(decisions);
            if (fault == Fault.WRONG_COUNT) {
                spoilt.add(decisions.get(0));
            } else {
                spoilt.set(0, nonsense);
            }
            return spoilt;
        }

        @Override
        public void close() {
            run.close();
        }
    }
}
