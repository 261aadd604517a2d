// Boxes that scroll sideways can be scrolled with the keyboard, too.
window.addEventListener("load", function () {
  document.querySelectorAll("mjx-container[display=true], .bd-article table, .highlight pre").forEach(function (box) {
    if (box.scrollWidth > box.clientWidth + 1) {
      box.setAttribute("tabindex", "0");
    }
  });
});
