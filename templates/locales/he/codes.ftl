# הודעות עם קוד או קישור.

recovery-title = שחזור הגישה לחשבון שלכם
recovery-code-subject = הקוד לשחזור הגישה לחשבון שלכם
recovery-code-subject-code = קוד { $code } לשחזור הגישה לחשבון שלכם
recovery-code-preview = הזינו אותו כדי לחזור לחשבון שלכם.
recovery-code-intro = בעזרת הקוד הזה תוכלו לחזור לחשבון שלכם:
recovery-code-not-you = לא ביקשתם זאת? אין צורך לעשות דבר: בלי הקוד איש לא יוכל להיכנס, והחשבון שלכם יישאר כפי שהוא.
recovery-link-preview = פתחו את הקישור כדי לחזור לחשבון שלכם.
recovery-link-intro = בעזרת הקישור הזה תוכלו לחזור לחשבון שלכם:
recovery-link-not-you = לא ביקשתם זאת? אין צורך לעשות דבר: בלי הקישור איש לא יוכל להיכנס, והחשבון שלכם יישאר כפי שהוא.
recovery-button = שחזור הגישה

verification-title = אישור כתובת האימייל שלכם
verification-code-subject = הקוד לאישור הכתובת שלכם
verification-code-subject-code = קוד { $code } לאישור הכתובת שלכם
verification-code-preview = הזינו אותו כדי לאשר את כתובת האימייל שלכם.
verification-code-intro = בעזרת הקוד הזה תוכלו לאשר שהכתובת הזאת שייכת לחשבון שלכם:
verification-code-page = אפשר גם לפתוח את העמוד הזה, שבו הקוד כבר מוזן:
verification-link-subject = נא לאשר את כתובת האימייל שלכם
verification-link-preview = פתחו את הקישור כדי לאשר את כתובת האימייל שלכם.
verification-link-intro = נא לאשר שהכתובת הזאת שייכת לחשבון שלכם:
verification-button = אישור הכתובת שלי
verification-not-you = לא ביקשתם זאת? אין צורך לעשות דבר: הכתובת שלכם לא תאושר.

login-code-subject = קוד הכניסה שלכם
login-code-subject-code = קוד { $code } לכניסה לחשבון
login-code-preview = הזינו אותו כדי להיכנס.
login-code-intro = בעזרת הקוד הזה תוכלו להיכנס לחשבון שלכם:
login-code-not-you = לא ניסיתם להיכנס? אין צורך לעשות דבר: בלי הקוד איש לא יוכל להיכנס.

registration-title = השלמת ההרשמה שלכם
registration-code-subject = הקוד להשלמת ההרשמה
registration-code-subject-code = קוד { $code } להשלמת ההרשמה
registration-code-preview = הזינו אותו כדי להשלים את ההרשמה.
registration-code-intro = ברוכים הבאים! נשאר עוד צעד אחד: הזינו את הקוד הזה כדי להשלים את ההרשמה.
registration-code-not-you = לא רציתם להירשם? אין צורך לעשות דבר: בלי הקוד לא ייפתח חשבון עם הכתובת שלכם.

admin-recovery-intro = התבקשנו לעזור לכם לחזור לחשבון שלכם. בעזרת הקוד הזה תוכלו להיכנס ולבחור סיסמה חדשה:
admin-recovery-not-you = לא ציפיתם לזה? אל תשתמשו בקוד, ועדכנו את מנהל המערכת שלכם.
admin-recovery-not-you-address = לא ציפיתם לזה? אל תשתמשו בקוד, ועדכנו אותנו: { $address }

invite-title = הגדרת החשבון שלכם
invite-subject = הקוד להגדרת החשבון שלכם
invite-subject-code = קוד { $code } להגדרת החשבון שלכם
invite-preview = הזינו אותו כדי לבחור סיסמה.
invite-intro = מחכה לכם חשבון מוכן. בעזרת הקוד הזה תוכלו לבחור סיסמה:
invite-intro-brand = החשבון שלכם ב־{ $brand } מוכן. בעזרת הקוד הזה תוכלו לבחור סיסמה:
invite-button = הגדרת החשבון שלי
invite-not-you = לא ידוע לכם במה מדובר? אין צורך לעשות דבר; מי שהזמין אתכם יוכל להסביר.
invite-not-you-address = לא ידוע לכם במה מדובר? אין צורך לעשות דבר; נשמח להסביר: { $address }
