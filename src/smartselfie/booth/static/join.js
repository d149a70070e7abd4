// A phone that scanned the code hands it in, and goes on to the booth. What stands behind the # never left this phone.

const WORDS = {
  en: "This code has been used or has expired. Scan a new one.",
  de: "Dieser Code wurde schon benutzt oder ist abgelaufen. Scanne einen neuen.",
  es: "Este código ya se usó o es demasiado viejo. Escanea uno nuevo.",
  fr: "Ce code a déjà servi, ou est trop ancien. Scannez-en un nouveau.",
  pt: "Este código já foi usado ou é antigo demais. Escaneie um novo.",
  hi: "यह कोड इस्तेमाल हो चुका है या पुराना है। नया कोड स्कैन करें।",
  zh: "此二维码已用过或已过期。请扫描新的。",
  ja: "このコードは使用済みか期限切れです。新しいコードを読み取ってください。",
};

const language = navigator.languages.map((tag) => tag.split("-")[0]).find((tag) => tag in WORDS) ?? "en";
// whoever types it may write large letters
const code = location.hash.slice(1).trim().toLowerCase();
history.replaceState(null, "", "/join");
const answer = await fetch("/api/join", {
  method: "POST",
  headers: { "Content-Type": "application/json" },
  body: JSON.stringify({ code }),
});
if (answer.ok) {
  location.replace("/");
} else {
  document.documentElement.lang = language;
  document.getElementById("said").textContent = WORDS[language];
}
