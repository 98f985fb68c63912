package ${package};

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.osgi.framework.Version;
import org.tminus.model.AdaptiveModel;
import org.tminus.model.AdaptiveModelBuilder;
import org.tminus.model.Cost;
import org.tminus.model.ExitId;
import org.tminus.model.HiddenState;
import org.tminus.model.LayerId;
import org.tminus.model.ModelSignature;
import org.tminus.model.PredictorDescription;
import org.tminus.model.TensorSpec;
import org.tminus.predictor.ComplexityPredictor;
import org.tminus.tck.PredictorContract;
import org.tminus.tensor.ElementType;

class MyPredictorTest extends PredictorContract {
    @Override
    protected ComplexityPredictor predictor() {
        return new MyPredictor();
    }

    /** A model of pictures, as far as a predictor sees it. */
    @Override
    protected AdaptiveModel model(Path folder) {
        TensorSpec pixels = new TensorSpec("pixels", ElementType.FLOAT32, List.of(TensorSpec.ANY, 1L, 8L, 8L));
        TensorSpec logits = new TensorSpec("logits", ElementType.FLOAT32, List.of(TensorSpec.ANY, 3L));
        return new AdaptiveModelBuilder("pictures", new Version(1, 0, 0))
                .signature(new ModelSignature(List.of(pixels), List.of(logits), Optional.empty()))
                .hidden(new HiddenState(ElementType.FLOAT32, 4, 4, "first"))
                .layer(new LayerId("layer.0"), "stem", "out", Optional.empty(), List.of(), Cost.ZERO)
                .exit(
                        ExitId.FINAL,
                        Optional.of(new LayerId("layer.0")),
                        "model.onnx",
                        "out",
                        Map.of("logits", "logits"),
                        Cost.ZERO)
                .predictor(new PredictorDescription("predictor.onnx", "my-features", List.of(0), 64))
                .build();
    }
}
