// One player: PLAYER is what mflimit/frames.py fills in.  The same page may hold it twice, and a notebook shows it
// again when its cell is run again: every copy that is not set up yet is.
(function () {
  var player = PLAYER;
  document.querySelectorAll('[data-mf-frames="' + player.id + '"]:not([data-ready])').forEach(function (box) {
    box.setAttribute("data-ready", "");
    var image = box.querySelector("img"), slider = box.querySelector("input");
    var button = box.querySelector("button"), output = box.querySelector("output");
    var last = player.frames.length - 1, timer = null;
    function show(i) {
      slider.value = i;
      image.src = player.frames[i];
      output.textContent = player.labels[i];
      slider.setAttribute("aria-valuetext", player.labels[i]);
    }
    function stop() {
      clearInterval(timer);
      timer = null;
      button.textContent = "\u25B6";
      button.setAttribute("aria-label", "Play");
    }
    function step() {
      var i = +slider.value;
      if (i < last) show(i + 1);
      else if (player.loop) show(0);
      else stop();
    }
    function play() {
      if (+slider.value === last) show(0);
      button.textContent = "\u275A\u275A";
      button.setAttribute("aria-label", "Pause");
      timer = setInterval(step, 1000 / player.fps);
    }
    slider.addEventListener("input", function () {
      stop();
      show(+slider.value);
    });
    button.addEventListener("click", function () {
      if (timer) stop();
      else play();
    });
    show(+slider.value);
    if (player.autoplay && !window.matchMedia("(prefers-reduced-motion: reduce)").matches) play();
  });
})();
