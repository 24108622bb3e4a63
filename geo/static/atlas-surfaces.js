/* Areas coloured by count, and the density surface. */
(function () {
  "use strict";
})();
