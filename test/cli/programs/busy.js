// Never lets the loop round.
console.log("ready")
for (;;);
