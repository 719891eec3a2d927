# הודעות עדכון.

notice-preview = אם זה הייתם אתם, אין צורך לעשות דבר.
notice-you = זה הייתם אתם? אין צורך לעשות דבר.
notice-not-you = זה לא הייתם אתם? ייתכן שלמישהו אחר יש גישה לחשבון שלכם. החליפו עכשיו את הסיסמה ופנו לתמיכה שלנו.
notice-not-you-address = זה לא הייתם אתם? ייתכן שלמישהו אחר יש גישה לחשבון שלכם. החליפו עכשיו את הסיסמה וכתבו אל { $address }.
notice-not-you-link = זה לא הייתם אתם? ייתכן שלמישהו אחר יש גישה לחשבון שלכם. אבטחו אותו עכשיו:
notice-button = אבטחת החשבון שלי
notice-time = מתי: { $time }
notice-device = מכשיר: { $device }
notice-place = מקום: { $place }
notice-method = שיטה: { $method }
notice-address = כתובת חדשה: { $address }

verifiable-address-changed-subject = כתובת בחשבון שלכם שונתה
verifiable-address-changed-body = כתובת אימייל או מספר טלפון בחשבון שלכם שונו.

authenticator-key-added-subject = מפתח כניסה חדש נוסף לחשבון שלכם
authenticator-key-added-body = לחשבון שלכם נוסף מפתח חדש לכניסה, כגון מפתח גישה (passkey) או מפתח אבטחה. מי שמחזיק בו יכול להיכנס.

password-changed-subject = הסיסמה שלכם שונתה
password-changed-body = הסיסמה של החשבון שלכם שונתה.

recovery-used-subject = הגישה לחשבון שלכם שוחזרה
recovery-used-body = מישהו שחזר את הגישה לחשבון שלכם בעזרת קוד או קישור מהודעת אימייל או SMS.

new-login-subject = כניסה חדשה לחשבון שלכם
new-login-body = מישהו נכנס לחשבון שלכם ממכשיר שעדיין לא הכרנו.

login-method-added-subject = נוספה דרך כניסה חדשה
login-method-added-body = לחשבון שלכם נוספה דרך כניסה חדשה.

login-method-removed-subject = הוסרה דרך כניסה
login-method-removed-body = מהחשבון שלכם הוסרה דרך כניסה.

two-factor-enabled-subject = הכניסה הדו־שלבית הופעלה
two-factor-enabled-body = מעכשיו הכניסה לחשבון שלכם דורשת שלב שני, וכך הוא בטוח הרבה יותר.

two-factor-disabled-subject = הכניסה הדו־שלבית הושבתה
two-factor-disabled-body = השלב השני בכניסה לחשבון שלכם הושבת. מעכשיו די בשלב אחד כדי להיכנס.

address-changed-subject = הכתובת של החשבון שלכם שונתה
address-changed-body = כתובת האימייל או מספר הטלפון של החשבון שלכם שונו.

welcome-subject = ברוכים הבאים!
welcome-subject-brand = ברוכים הבאים ל־{ $brand }!
welcome-title = ברוכים הבאים!
welcome-preview = החשבון שלכם מוכן.
welcome-body = החשבון שלכם מוכן, ואפשר להיכנס אליו כבר עכשיו. טוב שהצטרפתם אלינו.
welcome-not-you = לא נרשמתם? ייתכן שמישהו טעה בהקלדת הכתובת שלו, ואפשר להתעלם מההודעה הזאת.

unknown-title = אין חשבון עם הכתובת הזאת
unknown-you = זה הייתם אתם? אולי נרשמתם עם כתובת אחרת: נסו אותה.
unknown-not-you = זה לא הייתם אתם? אפשר פשוט להתעלם מההודעה הזאת.

recovery-unknown-subject = ניסיון גישה לחשבון
recovery-unknown-preview = מישהו ניסה לשחזר גישה לחשבון עם כתובת האימייל שלכם.
recovery-unknown-body = אתם או מישהו אחר ביקשתם לשחזר גישה לחשבון עם כתובת האימייל הזאת. אין חשבון עם הכתובת הזאת, ולכן דבר לא השתנה.

verification-unknown-subject = מישהו ניסה לאשר את כתובת האימייל הזאת
verification-unknown-preview = מישהו ניסה לאשר את כתובת האימייל שלכם.
verification-unknown-body = אתם או מישהו אחר ביקשתם לאשר את כתובת האימייל הזאת. אין חשבון עם הכתובת הזאת, ולכן דבר לא השתנה.
