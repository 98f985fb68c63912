/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.storm.plugin;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import org.tminus.failure.TminusException;
import org.tminus.model.AdaptiveModel;
import org.tminus.predictor.Complexity;
import org.tminus.predictor.ComplexityPredictor;
import org.tminus.predictor.PredictionContext;
import org.tminus.storm.fault.Fault;
import org.tminus.storm.fault.FaultSource;

/** Judges as another predictor does, unless told to misbehave. */
public final class FaultyPredictor implements ComplexityPredictor {
    private final ComplexityPredictor delegate;
    private final Misbehaviour misbehaviour;

    /** Called by Declarative Services. */
    public FaultyPredictor(ComplexityPredictor delegate, FaultSource source) {
        this.delegate = delegate;
        this.misbehaviour = new Misbehaviour("storm-predictor", source);
    }

    /** Called by Declarative Services. */
    public void deactivate() {
        misbehaviour.deactivate();
    }

    @Override
    public boolean supports(AdaptiveModel model) {
        return delegate.supports(model);
    }

    @Override
    public long flopsPerRow(AdaptiveModel model) {
        return delegate.flopsPerRow(model);
    }

    @Override
    public List<Complexity> predict(PredictionContext context) throws TminusException {
        Fault fault = misbehaviour.next(EnumSet.of(Fault.HANGS_DEAF, Fault.WRONG_COUNT, Fault.WRONG_SHAPE, Fault.NAN));
        if (fault == Fault.NAN) {
            // What a tree that was read wrongly would give; the type itself refuses it.
            return List.of(Complexity.ofProbabilities(Float.NaN));
        }
        List<Complexity> judged = delegate.predict(context);
        if (fault == null) {
            return judged;
        }
        List<Complexity> spoilt = new ArrayList<>(judged);
        if (fault == Fault.WRONG_COUNT) {
            spoilt.add(judged.get(0));
        } else {
            spoilt.set(0, Complexity.ofProbabilities(1));
        }
        return spoilt;
    }
}
