/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.tck;

import org.tminus.backend.Backend;
import org.tminus.backend.cpu.CpuBackend;
import org.tminus.onnxruntime.OnnxRuntimes;

class CpuBackendTest extends BackendContract {
    @Override
    protected Backend backend() {
        return new CpuBackend(OnnxRuntimes.standalone());
    }
}
