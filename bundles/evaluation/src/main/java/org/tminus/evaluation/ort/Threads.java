/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.evaluation.ort;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession.SessionOptions;
import org.tminus.onnxruntime.OnnxRuntime;

/** Who computes in a session. */
public enum Threads {
    /** The pool that all sessions of the process share, as on the platform. */
    PROCESS_POOL("the process's pool") {
        @Override
        SessionOptions options(OnnxRuntime runtime) throws OrtException {
            return runtime.newSessionOptions();
        }

        @Override
        public long lingerNanos(OnnxRuntime runtime) {
            return runtime.isSpinning() ? SPINNING_NANOS : 0;
        }
    },
    /** The caller alone. */
    ONE("one thread") {
        @Override
        SessionOptions options(OnnxRuntime runtime) throws OrtException {
            SessionOptions options = new SessionOptions();
            options.setIntraOpNumThreads(1);
            return options;
        }
    },
    /** A pool for the session, which waits actively for the next operator: what ONNX Runtime does unless told otherwise. */
    OWN_POOL("a pool of all cores for the session") {
        @Override
        SessionOptions options(OnnxRuntime runtime) throws OrtException {
            SessionOptions options = new SessionOptions();
            options.setIntraOpNumThreads(Runtime.getRuntime().availableProcessors());
            return options;
        }

        @Override
        public long lingerNanos(OnnxRuntime runtime) {
            return SPINNING_NANOS;
        }
    };

    /** A million pauses: some 60 ms where it was measured. */
    public static final long SPINNING_NANOS = 100_000_000L;

    private final String description;

    Threads(String description) {
        this.description = description;
    }

    /** For people. */
    public String description() {
        return description;
    }

    /** How long they may wait actively for the next operator after the last one. */
    public long lingerNanos(OnnxRuntime runtime) {
        return 0;
    }

    /** New ones; the caller closes them. */
    abstract SessionOptions options(OnnxRuntime runtime) throws OrtException;
}
