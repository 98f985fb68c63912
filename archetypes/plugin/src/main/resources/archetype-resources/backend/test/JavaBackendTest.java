package ${package};

import org.tminus.backend.Backend;
import org.tminus.tck.BackendContract;

class JavaBackendTest extends BackendContract {
    @Override
    protected Backend backend() {
        return new JavaBackend();
    }
}
