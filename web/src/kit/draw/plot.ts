// The drawing library, in a chunk of its own that only pages with a chart load.
import 'uplot/dist/uPlot.min.css';

export { default } from 'uplot';
