/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.storm.plugin;

import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import org.tminus.backend.Run;
import org.tminus.failure.TminusException;
import org.tminus.model.ExitId;
import org.tminus.model.LayerId;
import org.tminus.storm.fault.Fault;
import org.tminus.tensor.Tensor;

/** A run of another backend that is spoilt between layers now and then. */
final class FaultyRun implements Run {
    private final Run delegate;
    private final Misbehaviour misbehaviour;

    FaultyRun(Run delegate, Misbehaviour misbehaviour) {
        this.delegate = delegate;
        this.misbehaviour = misbehaviour;
    }

    @Override
    public int rows() {
        return delegate.rows();
    }

    @Override
    public void advance(List<LayerId> layers) throws TminusException {
        misbehaviour.next();
        delegate.advance(layers);
    }

    @Override
    public Map<String, Tensor> read(ExitId exit) throws TminusException {
        // At the last exit NaN would be the model's own; a shape that is wrong is found at every exit.
        Fault fault = misbehaviour.next(
                exit.equals(ExitId.FINAL)
                        ? EnumSet.of(Fault.WRONG_SHAPE)
                        : EnumSet.of(Fault.WRONG_SHAPE, Fault.NAN, Fault.ANSWERS_WRONGLY));
        return Spoilt.outputs(delegate.read(exit), fault);
    }

    @Override
    public Tensor pooled() throws TminusException {
        return delegate.pooled();
    }

    @Override
    public void retain(int[] rows) throws TminusException {
        delegate.retain(rows);
    }

    @Override
    public void close() {
        delegate.close();
    }
}
