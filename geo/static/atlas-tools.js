/* Drawing a rectangle or a shape, and playing through time. */
(function () {
  "use strict";
})();
